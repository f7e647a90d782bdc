"""What passes by itself and what never will."""

import socket

import pytest
import redis.exceptions
from aiokafka import errors as kafka
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.errors import DomainError
from chassis.outages import is_outage


class Answer(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(f"the server says {sqlstate}")
        self.sqlstate = sqlstate


def said(sqlstate: str | None, *, invalidated: bool = False) -> DBAPIError:
    return DBAPIError("SELECT 1", {}, Answer(sqlstate), connection_invalidated=invalidated)


@pytest.mark.parametrize(
    "error",
    [
        *(said(state) for state in ("08006", "08001", "53300", "57P01", "57P03", "58030")),
        *(said(state) for state in ("40001", "40P01", "55P03", "57014", "25006")),
        said(None, invalidated=True),
        DBAPIError("SELECT 1", {}, ConnectionRefusedError()),
        PendingRollbackError("the connection broke", code="8s2b"),
        PoolTimeout(),
        ConnectionRefusedError(),
        ConnectionResetError(),
        TimeoutError(),
        socket.gaierror(),
        redis.exceptions.ConnectionError(),
        redis.exceptions.BusyLoadingError(),
        redis.exceptions.TimeoutError(),
        redis.exceptions.ResponseError("LOADING Redis is loading the dataset in memory"),
        redis.exceptions.ResponseError("MISCONF Errors writing to the AOF file"),
        redis.exceptions.ResponseError("NOREPLICAS Not enough good replicas to write."),
        kafka.KafkaConnectionError(),
        kafka.KafkaTimeoutError(),
        kafka.RequestTimedOutError(),
        kafka.NotLeaderForPartitionError(),
        kafka.UnknownTopicOrPartitionError(),
        ExceptionGroup("two", [TimeoutError(), ConnectionResetError()]),
    ],
    ids=repr,
)
def test_what_is_away_or_busy_is_an_outage(error: Exception) -> None:
    assert is_outage(error)


@pytest.mark.parametrize(
    "error",
    [
        *(said(state) for state in ("23505", "23514", "22P02", "42P01", "22003")),
        said(None),
        IntegrityError("INSERT", {}, Answer("23505")),
        PendingRollbackError("a flush failed", code="7s2a"),
        ValueError(),
        KeyError("id"),
        RuntimeError(),
        DomainError("no"),
        redis.exceptions.ResponseError("WRONGTYPE Operation against a key"),
        redis.exceptions.AuthenticationError(),
        kafka.MessageSizeTooLargeError(),
        kafka.TopicAuthorizationFailedError(),
        ExceptionGroup("one of two", [TimeoutError(), ValueError()]),
    ],
    ids=repr,
)
def test_what_fails_by_itself_is_none(error: Exception) -> None:
    assert not is_outage(error)
