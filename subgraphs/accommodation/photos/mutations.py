"""What people do with photos."""

import strawberry

from chassis.context import Info

from .types import PhotoUpload, RequestPhotoUploadInput, upload_for


@strawberry.type
class PhotoMutation:
    @strawberry.mutation
    async def request_photo_upload(self, info: Info, input: RequestPhotoUploadInput) -> PhotoUpload:  # noqa: A002
        return await upload_for(info, input)
