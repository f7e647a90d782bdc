"""Reviews and wishlists."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "completed_stays",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("guest_id", sa.Uuid(), nullable=False),
        sa.Column("accommodation_id", sa.Uuid(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["accommodation_id"], ["accommodations.id"], name=op.f("fk_completed_stays_accommodation_id")
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_completed_stays")),
    )
    op.create_table(
        "wishes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("accommodation_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["accommodation_id"], ["accommodations.id"], name=op.f("fk_wishes_accommodation_id")),
        sa.PrimaryKeyConstraint("user_id", "accommodation_id", name=op.f("pk_wishes")),
    )
    op.create_index("ix_wishes_newest", "wishes", ["user_id", "added_at", "accommodation_id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("accommodation_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("host_reply", sa.String(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_by", sa.Uuid(), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_by", sa.Uuid(), nullable=True),
        sa.Column("hidden_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(hidden_at IS NULL) = (hidden_reason IS NULL)", name=op.f("ck_reviews_hidden_for_a_reason")
        ),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_reviews_rating")),
        sa.ForeignKeyConstraint(["accommodation_id"], ["accommodations.id"], name=op.f("fk_reviews_accommodation_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["completed_stays.booking_id"], name=op.f("fk_reviews_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_reviews_booking_id")),
    )
    op.create_index("ix_reviews_author_id", "reviews", ["author_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_reviews_newest",
        "reviews",
        ["accommodation_id", "created_at", "id"],
        unique=False,
        postgresql_where="deleted_at IS NULL AND hidden_at IS NULL",
    )
    op.create_index(
        "ix_reviews_rating",
        "reviews",
        ["accommodation_id", "rating", "id"],
        unique=False,
        postgresql_where="deleted_at IS NULL AND hidden_at IS NULL",
    )
    op.add_column("accommodations", sa.Column("review_count", sa.Integer(), server_default="0", nullable=False))
    op.add_column("accommodations", sa.Column("rating_sum", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "accommodations",
        sa.Column(
            "rating",
            sa.Numeric(),
            sa.Computed("round(rating_sum::numeric / nullif(review_count, 0), 1)", persisted=True),
            nullable=True,
        ),
    )
    op.create_check_constraint(
        op.f("ck_accommodations_rating_of_reviews"),
        "accommodations",
        "rating_sum BETWEEN review_count AND 5 * review_count",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_accommodations_rating_of_reviews"), "accommodations", type_="check")
    op.drop_column("accommodations", "rating")
    op.drop_column("accommodations", "rating_sum")
    op.drop_column("accommodations", "review_count")
    op.drop_index(
        "ix_reviews_rating", table_name="reviews", postgresql_where="deleted_at IS NULL AND hidden_at IS NULL"
    )
    op.drop_index(
        "ix_reviews_newest", table_name="reviews", postgresql_where="deleted_at IS NULL AND hidden_at IS NULL"
    )
    op.drop_index("ix_reviews_author_id", table_name="reviews")
    op.drop_table("reviews")
    op.drop_index("ix_wishes_newest", table_name="wishes")
    op.drop_table("wishes")
    op.drop_table("completed_stays")
