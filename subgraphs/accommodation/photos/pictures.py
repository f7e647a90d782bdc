"""What is in a file: whether it is the picture it says, and what is made of it."""

from io import BytesIO

from PIL import Image, ImageOps

from chassis.errors import DomainError

MOST_PIXELS = 50_000_000
"""A small file may unfold into gigabytes."""
HIGHEST_WEBP = 16_383
"""In pixels: WebP has no more, and a JPEG may be four times as high."""
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


class NotAPicture(DomainError):
    code = "NOT_A_PICTURE"

    def __init__(self) -> None:
        super().__init__("This is not a picture of the type it was said to be, or it has too many pixels.")


def cleaned(data: bytes, content_type: str) -> bytes:
    """The picture upright and with nothing beside it: where it was taken and by what is nobody's business.

    Raise NotAPicture for what can't be decoded to its last line.
    """
    try:
        with Image.open(BytesIO(data), formats=[_FORMATS[content_type]]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotAPicture
            return _written(_upright(image), _FORMATS[content_type], quality=90)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture from error


def shrunk(data: bytes, width: int) -> bytes:
    """As WebP, not wider than that. Raise NotAPicture for what can't be decoded."""
    try:
        with Image.open(BytesIO(data)) as image:
            picture = _upright(image)
    except OSError as error:
        raise NotAPicture from error
    scale = min(1, width / picture.width, HIGHEST_WEBP / picture.height)
    if scale < 1:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return _written(picture, "WEBP", quality=80)


def _upright(image: Image.Image) -> Image.Image:
    picture = ImageOps.exif_transpose(image)
    kept = picture.mode if picture.mode in {"RGB", "RGBA", "L"} else ("RGBA" if "A" in picture.mode else "RGB")
    if picture.mode == "P" and "transparency" in picture.info:
        kept = "RGBA"
    return picture.convert(kept)


def _written(picture: Image.Image, format_: str, quality: int) -> bytes:
    written = BytesIO()
    picture.info.clear()
    picture.save(written, format_, quality=quality)
    return written.getvalue()
