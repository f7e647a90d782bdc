"""What is in a file: whether it is the picture it says, and what is made of it."""

from io import BytesIO

from PIL import Image, ImageCms
from PIL.ExifTags import Base

from chassis.errors import DomainError

MOST_PIXELS = 50_000_000
"""A small file may unfold into gigabytes."""
HIGHEST_WEBP = 16_383
"""In pixels: WebP has no more, and a JPEG may be four times as high."""
_TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes an EXIF orientation."""
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
    picture = _in_srgb(_turned(image))
    kept = picture.mode if picture.mode in {"RGB", "RGBA", "L"} else ("RGBA" if "A" in picture.mode else "RGB")
    if picture.mode == "P" and "transparency" in picture.info:
        kept = "RGBA"
    return picture.convert(kept)


def _turned(image: Image.Image) -> Image.Image:
    """Pillow's `exif_transpose` reads and writes all the EXIF there is, and breaks at what is broken in it."""
    how = _TURNED.get(image.getexif().get(Base.Orientation, 1))
    return image if how is None else image.transpose(how)


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The colours as everybody shows them: what they were measured by is not kept, and phones measure by their own."""
    profile, mode = picture.info.get("icc_profile"), {"CMYK": "RGB"}.get(picture.mode, picture.mode)
    if not profile or mode not in {"RGB", "RGBA"}:
        return picture
    try:
        own, usual = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        # In place where it can be: it may be 200 MB, of which one is enough. Nothing comes back then.
        same = mode == picture.mode
        return ImageCms.profileToProfile(picture, own, usual, outputMode=mode, inPlace=same) or picture
    except (ImageCms.PyCMSError, OSError):
        # What is no profile says nothing of the colours.
        return picture


def _written(picture: Image.Image, format_: str, quality: int) -> bytes:
    written = BytesIO()
    picture.info.clear()
    picture.save(written, format_, quality=quality)
    return written.getvalue()
