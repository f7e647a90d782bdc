"""How far a service has got with a topic: where the topic ended at one moment, and what of that is not worked on."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.kafka import Topics, close
from chassis.settings import ServiceSettings

Ends = Mapping[TopicPartition, int]


class Progress:
    """Looks over the shoulder of the service's consumers, without being one of them."""

    def __init__(self, kafka: AIOKafkaConsumer, topics: Topics) -> None:
        self._kafka = kafka
        self._topics = topics

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: ServiceSettings, topics: Topics) -> AsyncIterator["Progress"]:
        kafka = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka_bootstrap,
            client_id=settings.service,
            group_id=topics.full(settings.service),
            enable_auto_commit=False,
            request_timeout_ms=15_000,
        )
        try:
            await kafka.start()
            yield cls(kafka, topics)
        finally:
            await close(kafka)

    async def ends(self, topic: str) -> Ends:
        """Behind the last message of each partition that holds any; a topic that is not there holds none."""
        partitions = await self._topics.partitions(topic)
        ends: Ends = await self._kafka.end_offsets(partitions)
        first: Ends = await self._kafka.beginning_offsets(partitions)
        return await self._ends_as_read({each: end for each, end in ends.items() if end > first[each]})

    async def _ends_as_read(self, ends: Ends) -> Ends:
        """What a broker says when it is asked for the end may be the beginning of the last batch; reading tells."""
        self._kafka.assign(list(ends))
        for partition, end in ends.items():
            self._kafka.seek(partition, end - 1)
        known: dict[TopicPartition, int] = {}
        while len(known) < len(ends):
            await self._kafka.getmany(timeout_ms=100)
            known = {each: end for each in ends if (end := self._kafka.highwater(each)) is not None}
        return known

    async def behind(self, ends: Ends) -> int:
        """How many messages before those ends the service has not worked on, or not said so yet."""
        first: Ends = await self._kafka.beginning_offsets(list(ends)) if ends else {}
        missing = 0
        for partition, end in ends.items():
            committed = await self._kafka.committed(partition)
            missing += max(0, end - max(committed or 0, first[partition]))
        return missing
