"""Where photos are kept in these tests."""

from collections.abc import Iterator

import pytest

from tests.accommodation.photos.bucket import Bucket, s3_server


@pytest.fixture(scope="session")
def _s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    folder = tmp_path_factory.mktemp("s3")
    with s3_server(folder) as server:
        yield Bucket(server.url, folder / "data")


@pytest.fixture
def bucket(_s3: Bucket) -> Bucket:
    """One with nothing in it."""
    for name in _s3.folder.rglob("*._S3rver_*"):
        name.unlink()
    return _s3
