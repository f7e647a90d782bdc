"""Search by distance, map, rating and price."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ON_SALE = "status = 'PUBLISHED' AND deleted_at IS NULL"
SAID = ["price", "units", "held", "sold", "closed", "min_nights"]
FREE = "NOT closed AND held + sold < units"

# Metres from the middle of the earth as WGS 84 has it: straight lines between such points are right on an ellipsoid.
# Not STRICT, so that it is inlined where it is used.
EARTH_POINT = """
CREATE FUNCTION earth_point(latitude float8, longitude float8) RETURNS cube
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN latitude IS NOT NULL AND longitude IS NOT NULL THEN cube(ARRAY[
    6378137 / sqrt(1 - 0.00669437999014 * sind(latitude) ^ 2) * cosd(latitude) * cosd(longitude),
    6378137 / sqrt(1 - 0.00669437999014 * sind(latitude) ^ 2) * cosd(latitude) * sind(longitude),
    6378137 / sqrt(1 - 0.00669437999014 * sind(latitude) ^ 2) * (1 - 0.00669437999014) * sind(latitude)
]) END
"""

# Locked first, by a statement of its own: the next one sees what others committed while this one waited.
REFRESH = """
CREATE FUNCTION refresh_lowest_price(which uuid, first_night date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM lowest_prices WHERE room_type_id = which FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO lowest_prices (room_type_id) VALUES (which) ON CONFLICT DO NOTHING;
        PERFORM FROM lowest_prices WHERE room_type_id = which FOR NO KEY UPDATE;
    END IF;
    UPDATE lowest_prices AS known SET price = cheapest.price, until = coalesce(cheapest.date, 'infinity')
    FROM (SELECT) AS one LEFT JOIN LATERAL (
        SELECT price, date FROM nights
        WHERE room_type_id = which AND date >= first_night AND NOT closed AND held + sold < units
        ORDER BY price, date DESC LIMIT 1
    ) AS cheapest ON true
    WHERE known.room_type_id = which
        AND (known.price, known.until) IS DISTINCT FROM (cheapest.price, coalesce(cheapest.date, 'infinity'));
END
$$
"""
# What bookings count is told only where a night is sold out by it or is not any more.
NIGHT_CHANGED = """
CREATE FUNCTION night_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refresh_lowest_price(NEW.room_type_id, current_date - 1);
    RETURN NULL;
END
$$
"""
ON_UPDATE = """
CREATE TRIGGER night_changed AFTER UPDATE ON nights FOR EACH ROW
WHEN ((OLD.price, OLD.closed, OLD.held + OLD.sold < OLD.units)
    IS DISTINCT FROM (NEW.price, NEW.closed, NEW.held + NEW.sold < NEW.units))
EXECUTE FUNCTION night_changed()
"""
NIGHTS_CHANGED = """
CREATE FUNCTION nights_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    which uuid;
BEGIN
    FOR which IN SELECT DISTINCT room_type_id FROM changed ORDER BY room_type_id LOOP
        PERFORM refresh_lowest_price(which, current_date - 1);
    END LOOP;
    RETURN NULL;
END
$$
"""
ON_INSERT = """
CREATE TRIGGER nights_opened AFTER INSERT ON nights REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION nights_changed()
"""
ON_DELETE = """
CREATE TRIGGER nights_taken_off AFTER DELETE ON nights REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION nights_changed()
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS cube")  # points in space, indexed
    op.execute(EARTH_POINT)
    op.create_index(
        "ix_accommodations_location",
        "accommodations",
        [sa.literal_column("earth_point(latitude, longitude)")],
        postgresql_using="gist",
        postgresql_where=ON_SALE,
    )
    op.create_index(
        "ix_accommodations_map",
        "accommodations",
        [sa.literal_column("point(longitude, latitude)")],
        postgresql_using="gist",
        postgresql_where=ON_SALE,
    )
    op.create_index(
        "ix_accommodations_rating",
        "accommodations",
        [sa.literal_column("rating DESC NULLS LAST"), sa.literal_column("id DESC")],
        postgresql_where=ON_SALE,
    )
    op.drop_index("ix_nights_cheapest", "nights")
    op.create_index(
        "ix_nights_cheapest",
        "nights",
        ["room_type_id", "price", sa.literal_column("date DESC")],
        postgresql_where=FREE,
    )
    op.drop_index("ix_nights_date", "nights")
    op.create_index(
        "ix_nights_date", "nights", ["date", "room_type_id"], postgresql_include=SAID, postgresql_where=FREE
    )
    op.create_table(
        "lowest_prices",
        sa.Column("room_type_id", sa.Uuid(), nullable=False),
        sa.Column("price", sa.Numeric(), nullable=True),
        sa.Column("until", sa.Date(), server_default="infinity", nullable=False),
        sa.ForeignKeyConstraint(["room_type_id"], ["room_types.id"], name=op.f("fk_lowest_prices_room_type_id")),
        sa.PrimaryKeyConstraint("room_type_id", name=op.f("pk_lowest_prices")),
    )
    op.create_index(op.f("ix_lowest_prices_until"), "lowest_prices", ["until"], unique=False)
    for statement in (REFRESH, NIGHT_CHANGED, NIGHTS_CHANGED, ON_UPDATE, ON_INSERT, ON_DELETE):
        op.execute(statement)
    op.execute("SELECT refresh_lowest_price(id, current_date - 1) FROM room_types ORDER BY id")


def downgrade() -> None:
    for trigger in ("night_changed", "nights_opened", "nights_taken_off"):
        op.execute(f"DROP TRIGGER {trigger} ON nights")
    for function in ("nights_changed()", "night_changed()", "refresh_lowest_price(uuid, date)"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("lowest_prices")
    op.drop_index("ix_nights_date", "nights")
    op.create_index("ix_nights_date", "nights", ["date", "room_type_id"], postgresql_include=SAID)
    op.drop_index("ix_nights_cheapest", "nights")
    op.create_index("ix_nights_cheapest", "nights", ["room_type_id", "price", "date"], postgresql_where=FREE)
    op.drop_index("ix_accommodations_rating", "accommodations")
    op.drop_index("ix_accommodations_map", "accommodations")
    op.drop_index("ix_accommodations_location", "accommodations")
    op.execute("DROP FUNCTION earth_point(float8, float8)")
