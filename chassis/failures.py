"""Failures: which of them pass by themselves (infrastructure that is away, a lost race) and which never will."""

import asyncio

import redis.exceptions
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_TRANSIENT = (
    OSError,
    TimeoutError,
    asyncio.IncompleteReadError,
    PoolTimeout,
    KafkaConnectionError,
    KafkaTimeoutError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.TryAgainError,
    redis.exceptions.ClusterDownError,
    redis.exceptions.MasterDownError,
)
# What Redis answers while it loads its data or can't write: no class of its own.
_REDIS_ANSWERS = ("LOADING", "MISCONF", "NOREPLICAS", "OOM", "BUSY ")
# SQLSTATE classes and codes: connections, resources, the operator, read-only standby, locks, races.
_SQLSTATE_CLASSES = ("08", "53", "57", "58")
_SQLSTATES = {"25006", "40001", "40P01", "55P03", "3D000", "28P01"}


def is_transient(error: BaseException) -> bool:
    """Whether the same thing may work later though nothing about it is changed."""
    if isinstance(error, ExceptionGroup):
        return all(map(is_transient, error.exceptions))
    if isinstance(error, DBAPIError):
        return _database_is_away(error)
    if isinstance(error, redis.exceptions.ResponseError):
        return str(error).startswith(_REDIS_ANSWERS)
    if isinstance(error, KafkaError):
        return bool(error.retriable) or isinstance(error, _TRANSIENT)
    return isinstance(error, _TRANSIENT)


def _database_is_away(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated:
        return True
    if state is None:
        return isinstance(error, InterfaceError) or isinstance(error.driver_exception, _TRANSIENT)
    return state.startswith(_SQLSTATE_CLASSES) or state in _SQLSTATES
