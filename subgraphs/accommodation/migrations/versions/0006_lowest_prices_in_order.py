"""Lowest prices follow a whole statement at once, room type by room type in one order."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# In one order: two that change nights of the same room types wait for each other, never in a ring. What bookings count
# is told only where a night is sold out by it or is not any more.
NIGHTS_CHANGED = """
CREATE FUNCTION nights_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    which uuid;
BEGIN
    FOR which IN
        SELECT DISTINCT room_type_id FROM changed JOIN before USING (room_type_id, date)
        WHERE (before.price, before.closed, before.held + before.sold < before.units)
            IS DISTINCT FROM (changed.price, changed.closed, changed.held + changed.sold < changed.units)
        ORDER BY room_type_id
    LOOP
        PERFORM refresh_lowest_price(which, current_date - 1);
    END LOOP;
    RETURN NULL;
END
$$
"""
ON_UPDATE = """
CREATE TRIGGER nights_updated AFTER UPDATE ON nights REFERENCING OLD TABLE AS before NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION nights_updated()
"""
NIGHT_CHANGED = """
CREATE FUNCTION night_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refresh_lowest_price(NEW.room_type_id, current_date - 1);
    RETURN NULL;
END
$$
"""
ON_UPDATE_OF_EACH = """
CREATE TRIGGER night_changed AFTER UPDATE ON nights FOR EACH ROW
WHEN ((OLD.price, OLD.closed, OLD.held + OLD.sold < OLD.units)
    IS DISTINCT FROM (NEW.price, NEW.closed, NEW.held + NEW.sold < NEW.units))
EXECUTE FUNCTION night_changed()
"""


def upgrade() -> None:
    op.execute("DROP TRIGGER night_changed ON nights")
    op.execute("DROP FUNCTION night_changed()")
    op.execute(NIGHTS_CHANGED)
    op.execute(ON_UPDATE)


def downgrade() -> None:
    op.execute("DROP TRIGGER nights_updated ON nights")
    op.execute("DROP FUNCTION nights_updated()")
    op.execute(NIGHT_CHANGED)
    op.execute(ON_UPDATE_OF_EACH)
