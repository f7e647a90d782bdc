"""Metrics of messages and pools, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

OUTBOX_BACKLOG = Gauge("outbox_backlog_messages", "Messages that wait to be sent.")
OUTBOX_AGE = Gauge("outbox_age_seconds", "How long the oldest message that waits to be sent has waited.")
OUTBOX_SHARDS = Gauge("outbox_shards_owned", "Shards of the outbox that this relay owns.")
SENT = Counter("messages_sent_total", "Messages the broker has acknowledged.", ["topic"])
SEND_FAILURES = Counter("message_send_failures_total", "Sends the broker did not acknowledge.", ["topic"])

LAG = Gauge("consumer_lag_messages", "Messages of a partition that are not worked on yet.", ["topic", "partition"])
HANDLED = Histogram(
    "message_handling_seconds",
    "How long a handler took, the transaction around it included.",
    ["name", "outcome"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
DUPLICATES = Counter("messages_seen_before_total", "Messages that came again and were left alone.", ["name"])
PAUSED = Gauge("consumer_partitions_waiting", "Partitions that wait for infrastructure to come back.")
DEAD_LETTERS = Counter("dead_letters_total", "Messages that failed by themselves and were put aside.", ["topic"])
DEAD_LETTERS_OPEN = Gauge("dead_letters_open", "Dead letters nobody has dealt with yet.")

JOB_RUNS = Counter("job_runs_total", "Runs of a job.", ["job", "outcome"])

POOL = Gauge("database_pool_connections", "Connections of the pool by what they are at.", ["state"])
