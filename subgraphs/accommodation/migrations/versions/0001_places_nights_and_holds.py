"""Places, room types, nights, holds and the words places are found by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")  # words that look alike
    op.execute("CREATE EXTENSION IF NOT EXISTS fuzzystrmatch")  # and by how many letters they differ
    op.create_table(
        "accommodations",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("host_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("address_line", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("amenities", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("check_in_time", sa.Time(), nullable=False),
        sa.Column("check_out_time", sa.Time(), nullable=False),
        sa.Column("cancellation_policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("words", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_accommodations_country_code")),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_accommodations_coordinates_are_whole")
        ),
        sa.CheckConstraint("(source IS NULL) = (source_key IS NULL)", name=op.f("ck_accommodations_source_is_whole")),
        sa.CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name=op.f("ck_accommodations_on_earth")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodations")),
        sa.UniqueConstraint("source", "source_key", name=op.f("uq_accommodations_source_source_key")),
    )
    op.create_index(
        "ix_accommodations_amenities", "accommodations", ["amenities"], unique=False, postgresql_using="gin"
    )
    op.create_index(op.f("ix_accommodations_host_id"), "accommodations", ["host_id"], unique=False)
    op.create_index(
        "ix_accommodations_kind",
        "accommodations",
        ["kind"],
        unique=False,
        postgresql_where="status = 'PUBLISHED' AND deleted_at IS NULL",
    )
    op.create_index(
        "ix_accommodations_newest",
        "accommodations",
        ["created_at", "id"],
        unique=False,
        postgresql_where="status = 'PUBLISHED' AND deleted_at IS NULL",
    )
    op.create_index(
        "ix_accommodations_region",
        "accommodations",
        ["region"],
        unique=False,
        postgresql_where="status = 'PUBLISHED' AND deleted_at IS NULL",
    )
    op.create_index("ix_accommodations_words", "accommodations", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
        sa.UniqueConstraint("message_id", name=op.f("uq_dead_letters_message_id")),
    )
    op.create_index(op.f("ix_dead_letters_name"), "dead_letters", ["name"], unique=False)
    op.create_table(
        "holds",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("room_type_id", sa.Uuid(), nullable=False),
        sa.Column("guest_id", sa.Uuid(), nullable=True),
        sa.Column("check_in", sa.Date(), nullable=True),
        sa.Column("check_out", sa.Date(), nullable=True),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("rooms", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("answer", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("night", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status NOT IN ('HELD', 'CONFIRMED', 'LAPSED') OR (check_in < check_out AND rooms >= 1"
            " AND due_at IS NOT NULL AND answer IS NOT NULL)",
            name=op.f("ck_holds_what_is_held_is_known"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('REFUSED', 'LOST', 'RELEASED') OR reason IS NOT NULL",
            name=op.f("ck_holds_what_is_not_held_has_a_reason"),
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_due_at", "holds", ["due_at"], unique=False, postgresql_where="status = 'HELD'")
    op.create_index("ix_holds_room_type_id", "holds", ["room_type_id", "check_in"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "consumer", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "known_words",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("letters", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_known_words")),
    )
    op.create_index("ix_known_words_letters", "known_words", ["letters"], unique=False)
    op.create_index(
        "ix_known_words_trigrams",
        "known_words",
        ["word"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={"word": "gist_trgm_ops"},
    )
    op.create_table(
        "outbox",
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_outbox")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
    )
    op.create_index(
        "ix_outbox_unsent", "outbox", ["shard", "sequence"], unique=False, postgresql_where=sa.text("sent_at IS NULL")
    )
    op.create_table(
        "room_types",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("accommodation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("max_guests", sa.Integer(), nullable=False),
        sa.Column("max_nights", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("base_price", sa.Numeric(), nullable=False),
        sa.CheckConstraint("base_price >= 0", name=op.f("ck_room_types_base_price")),
        sa.CheckConstraint("max_guests >= 1", name=op.f("ck_room_types_takes_somebody")),
        sa.CheckConstraint("max_nights BETWEEN 1 AND 730", name=op.f("ck_room_types_max_nights")),
        sa.CheckConstraint("units >= 1", name=op.f("ck_room_types_has_rooms")),
        sa.ForeignKeyConstraint(
            ["accommodation_id"], ["accommodations.id"], name=op.f("fk_room_types_accommodation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_types")),
    )
    op.create_index(op.f("ix_room_types_accommodation_id"), "room_types", ["accommodation_id"], unique=False)
    op.create_table(
        "nights",
        sa.Column("room_type_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("price", sa.Numeric(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("min_nights", sa.Integer(), nullable=False),
        sa.CheckConstraint("held >= 0 AND sold >= 0 AND held + sold <= units", name=op.f("ck_nights_not_oversold")),
        sa.CheckConstraint("min_nights >= 1", name=op.f("ck_nights_min_nights")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_nights_price")),
        sa.ForeignKeyConstraint(["room_type_id"], ["room_types.id"], name=op.f("fk_nights_room_type_id")),
        sa.PrimaryKeyConstraint("room_type_id", "date", name=op.f("pk_nights")),
    )
    op.create_index(
        "ix_nights_cheapest",
        "nights",
        ["room_type_id", "price", "date"],
        unique=False,
        postgresql_where="NOT closed AND held + sold < units",
    )
    op.create_index(
        "ix_nights_date",
        "nights",
        ["date", "room_type_id"],
        unique=False,
        postgresql_include=["price", "units", "held", "sold", "closed", "min_nights"],
    )


def downgrade() -> None:
    op.drop_index(
        "ix_nights_date",
        table_name="nights",
        postgresql_include=["price", "units", "held", "sold", "closed", "min_nights"],
    )
    op.drop_index("ix_nights_cheapest", table_name="nights", postgresql_where="NOT closed AND held + sold < units")
    op.drop_table("nights")
    op.drop_index(op.f("ix_room_types_accommodation_id"), table_name="room_types")
    op.drop_table("room_types")
    op.drop_index("ix_outbox_unsent", table_name="outbox", postgresql_where=sa.text("sent_at IS NULL"))
    op.drop_table("outbox")
    op.drop_index(
        "ix_known_words_trigrams",
        table_name="known_words",
        postgresql_using="gist",
        postgresql_ops={"word": "gist_trgm_ops"},
    )
    op.drop_index("ix_known_words_letters", table_name="known_words")
    op.drop_table("known_words")
    op.drop_index("ix_inbox_received_at", table_name="inbox", postgresql_using="brin")
    op.drop_table("inbox")
    op.drop_index("ix_holds_room_type_id", table_name="holds")
    op.drop_index("ix_holds_due_at", table_name="holds", postgresql_where="status = 'HELD'")
    op.drop_table("holds")
    op.drop_index(op.f("ix_dead_letters_name"), table_name="dead_letters")
    op.drop_table("dead_letters")
    op.drop_index("ix_accommodations_words", table_name="accommodations", postgresql_using="gin")
    op.drop_index(
        "ix_accommodations_region",
        table_name="accommodations",
        postgresql_where="status = 'PUBLISHED' AND deleted_at IS NULL",
    )
    op.drop_index(
        "ix_accommodations_newest",
        table_name="accommodations",
        postgresql_where="status = 'PUBLISHED' AND deleted_at IS NULL",
    )
    op.drop_index(
        "ix_accommodations_kind",
        table_name="accommodations",
        postgresql_where="status = 'PUBLISHED' AND deleted_at IS NULL",
    )
    op.drop_index(op.f("ix_accommodations_host_id"), table_name="accommodations")
    op.drop_index("ix_accommodations_amenities", table_name="accommodations", postgresql_using="gin")
    op.drop_table("accommodations")
