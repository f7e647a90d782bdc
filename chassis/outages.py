"""Which exceptions only mean that a server is away or busy for now, so that asking again can succeed."""

import socket

import aiokafka.errors
import asyncpg.exceptions
import redis.exceptions
import sqlalchemy.exc

# SQLSTATE classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_CLASSES = (
    "08",  # connection exceptions
    "53",  # insufficient resources
    "57P",  # the server is shutting down or starting up
    "58",  # the server's own system failed
)
_OUT_OF_TIME = "57014"  # statement timeout
_CODES = frozenset(
    {
        "40001",  # serialization failure
        "40P01",  # deadlock
        "55P03",  # lock timeout
        _OUT_OF_TIME,
        "25006",  # a standby that is not yet the new primary
    }
)
# What Redis answers while it can't work has no exceptions of its own.
_REDIS_ANSWERS = ("LOADING", "MISCONF", "NOREPLICAS", "OOM", "BUSY ")
_AWAY = (
    ConnectionError,
    TimeoutError,
    socket.gaierror,
    asyncpg.exceptions.InterfaceError,
    sqlalchemy.exc.TimeoutError,
    aiokafka.errors.KafkaTimeoutError,
    aiokafka.errors.ProducerClosed,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.TryAgainError,
    redis.exceptions.ClusterDownError,
    redis.exceptions.MasterDownError,
    redis.exceptions.OutOfMemoryError,
)


# A connection used on after it broke. A session used on after a failed flush raises the same with another code.
_BROKEN_IN_A_TRANSACTION = "8s2b"


def took_too_long(error: BaseException) -> bool:
    """Whether a statement ran out of its time: with less to do it may not."""
    cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    return getattr(cause, "sqlstate", None) == _OUT_OF_TIME


def is_outage(error: BaseException) -> bool:
    """Whether the error says nothing about the request itself."""
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        return error.connection_invalidated or _is_database_outage(error.orig)
    if isinstance(error, sqlalchemy.exc.PendingRollbackError):
        return error.code == _BROKEN_IN_A_TRANSACTION
    if isinstance(error, BaseExceptionGroup):
        return all(is_outage(each) for each in error.exceptions)
    if isinstance(error, redis.exceptions.RedisError):
        return _is_redis_outage(error)
    if isinstance(error, aiokafka.errors.KafkaError) and error.retriable:
        return True
    return isinstance(error, _AWAY) or _is_database_outage(error)


def _is_redis_outage(error: redis.exceptions.RedisError) -> bool:
    if isinstance(error, (redis.exceptions.AuthenticationError, redis.exceptions.AuthorizationError)):
        return False
    return isinstance(error, _AWAY) or str(error).startswith(_REDIS_ANSWERS)


def _is_database_outage(error: BaseException | None) -> bool:
    """For asyncpg's own exceptions and for what SQLAlchemy wraps around them."""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return state in _CODES or state.startswith(_CLASSES)
    return isinstance(error, _AWAY)
