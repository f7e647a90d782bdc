"""What is stored of hosts."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from chassis.database import INSTANT

from ..database import Table


class Host(Table, table=True):
    """Somebody whose account is that of a host or of an administrator. Who it is, account knows alone."""

    __tablename__ = "hosts"

    user_id: UUID = Field(primary_key=True)
    said_at: datetime = Field(sa_type=INSTANT)
    """When account said so: what it said before is past."""
