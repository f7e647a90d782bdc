"""What is in a file, and what is made of it."""

import struct
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageOps
from PIL.ExifTags import Base

from subgraphs.accommodation.photos.pictures import NotAPicture, cleaned, shrunk
from tests.accommodation.photos.pictures import GPS, picture, with_a_place

MODES = {
    "JPEG": ["RGB", "L", "CMYK", "1"],
    "PNG": ["RGB", "RGBA", "L", "P", "1", "I;16", "LA"],
    "WEBP": ["RGB", "RGBA"],
}


@pytest.mark.parametrize(("format_", "mode"), [(format_, mode) for format_ in MODES for mode in MODES[format_]])
def test_pictures_of_all_modes_are_cleaned_and_shrunk(format_: str, mode: str) -> None:
    written, type_ = BytesIO(), f"image/{format_.lower()}"
    Image.new(mode, (64, 32)).save(written, format_)
    kept = cleaned(written.getvalue(), type_)
    with Image.open(BytesIO(kept)) as image:
        assert (image.format, image.size) == (format_, (64, 32))
    with Image.open(BytesIO(shrunk(kept, 16))) as image:
        assert (image.format, image.size) == ("WEBP", (16, 8))


def test_a_picture_is_put_upright_and_forgets_where_it_was_taken() -> None:
    given = with_a_place((40, 30))
    with Image.open(BytesIO(given)) as image:
        assert image.getexif().get_ifd(GPS)
    with Image.open(BytesIO(cleaned(given, "image/jpeg"))) as image:
        assert (image.size, dict(image.getexif())) == ((30, 40), {})


@pytest.mark.parametrize("orientation", range(10))
def test_each_way_to_hold_a_camera_is_undone(orientation: int) -> None:
    exif, lying = Image.Exif(), Image.new("RGB", (3, 2))
    exif[Base.Orientation] = orientation
    lying.putpixel((0, 0), (255, 0, 0))
    lying.putpixel((2, 0), (0, 255, 0))
    written = BytesIO()
    lying.save(written, "PNG", exif=exif)
    with Image.open(written) as given, Image.open(BytesIO(cleaned(written.getvalue(), "image/png"))) as upright:
        assert upright.tobytes() == ImageOps.exif_transpose(given).tobytes()
        assert dict(upright.getexif()) == {}


def test_what_is_broken_beside_the_orientation_is_nothing_against_the_picture() -> None:
    """A text where the width should stand, of which Pillow itself makes an error of its own."""
    exif = Image.Exif()
    exif[Base.Orientation], exif[Base.ImageDescription] = 6, "hello"
    given = picture(exif=exif.tobytes().replace(b"\x01\x0e\x00\x02", b"\x01\x00\x00\x02"))
    with Image.open(BytesIO(given)) as image, pytest.raises(struct.error):
        ImageOps.exif_transpose(image)
    with Image.open(BytesIO(cleaned(given, "image/jpeg"))) as image:
        assert image.size == (30, 40)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_stay_what_they_look_like_though_their_profile_is_not_kept(mode: str) -> None:
    """By this profile red is green, and green red."""
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = usual.replace(b"rXYZ", b"xXYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"xXYZ", b"gXYZ", 1)
    red = (255, 0, 0, 255)[: len(mode)]
    for profile, expected in ((swapped, (0, 255, 0)), (usual, (255, 0, 0)), (b"no profile", (255, 0, 0))):
        written = BytesIO()
        Image.new(mode, (8, 8), red).save(written, "PNG", icc_profile=profile)
        with Image.open(BytesIO(cleaned(written.getvalue(), "image/png"))) as image:
            assert image.mode == mode
            assert image.getpixel((4, 4))[:3] == pytest.approx(expected, abs=2)  # type: ignore[index]
            assert "icc_profile" not in image.info


def test_what_is_narrow_stays_as_it_is_and_nothing_gets_flat() -> None:
    with Image.open(BytesIO(shrunk(picture(size=(100, 50)), 320))) as image:
        assert image.size == (100, 50)
    with Image.open(BytesIO(shrunk(picture(size=(4_000, 2)), 320))) as image:
        assert image.size == (320, 1)


def test_what_is_higher_than_webp_can_be_is_made_narrower() -> None:
    with Image.open(BytesIO(shrunk(picture(size=(100, 40_000)), 320))) as image:
        assert (image.format, image.size) == ("WEBP", (41, 16_383))


@pytest.mark.parametrize(
    ("data", "type_"),
    [
        (b"", "image/png"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (picture("PNG"), "image/webp"),
        (picture(size=(500, 500))[:-100], "image/jpeg"),
        (b"GIF89a" + bytes(100), "image/png"),
    ],
)
def test_anything_else_is_no_picture(data: bytes, type_: str) -> None:
    with pytest.raises(NotAPicture):
        cleaned(data, type_)


def test_a_picture_that_unfolds_is_refused_before_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty kilobytes that would take a gigabyte."""
    loaded: list[Any] = []
    bomb = _bomb()
    monkeypatch.setattr(Image.Image, "load", loaded.append)
    with pytest.raises(NotAPicture):
        cleaned(bomb, "image/png")
    assert loaded == []


def _bomb() -> bytes:
    written = BytesIO()
    Image.new("1", (20_000, 20_000)).save(written, "PNG")
    return written.getvalue()
