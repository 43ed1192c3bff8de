"""The parts of the configuration about files. See `echo/config.py`."""

from __future__ import annotations

from typing import Annotated

from echo.config.section import Doc, Section


class Media(Section, frozen=True):
    """Uploaded files, and copies of those that other servers show."""

    path: Annotated[str, Doc(description="Folder for files. Empty: media in the data directory.")] = ""
    base_url: Annotated[
        str, Doc(description="Public address of the files, for a CDN. Empty: <server.base_url>/media.")
    ] = ""
    image_limit_bytes: Annotated[int, Doc(description="Largest image, in bytes.", ge=1024)] = 16_777_216
    image_limit_pixels: Annotated[int, Doc(description="Largest image, in pixels.", ge=1024)] = 33_177_600
    ffmpeg: Annotated[
        str,
        Doc(
            description=(
                "Program that reads video, sound and moving GIFs. Empty: ffmpeg of the system, or else the "
                "one that was installed with Echo. off: none, and only images are taken."
            )
        ),
    ] = ""
    video_limit_bytes: Annotated[int, Doc(description="Largest video or recording, in bytes.", ge=1024)] = (
        103_809_024
    )
    video_limit_pixels: Annotated[int, Doc(description="Largest picture of a video, in pixels.", ge=1024)] = (
        8_294_400
    )
    video_limit_frame_rate: Annotated[
        int, Doc(description="Most pictures of a video in a second.", ge=1, le=1000)
    ] = 120
    video_limit_seconds: Annotated[
        int, Doc(description="Longest video or recording, in seconds.", ge=1, le=86_400)
    ] = 10_800
    processing_seconds: Annotated[
        int, Doc(description="Longest time that one file may take to be made ready, in seconds.", ge=1)
    ] = 600
    unused_hours: Annotated[
        int, Doc(description="How long a file that no post uses is kept, in hours.", ge=1, le=8760)
    ] = 24
    remote_cache: Annotated[
        bool,
        Doc(
            description=(
                "Whether pictures and other files of other servers are fetched once and shown from here, so "
                "that they do not learn who looks at them."
            )
        ),
    ] = True
    remote_cache_bytes: Annotated[
        int, Doc(description="Room for such copies, in bytes; the oldest make room for new ones.", ge=0)
    ] = 5_368_709_120
    remote_file_limit_bytes: Annotated[
        int, Doc(description="Largest such copy, in bytes; larger files stay where they are.", ge=1024)
    ] = 41_943_040


class ObjectStore(Section, frozen=True):
    """Files in S3, or in what speaks like it, instead of a folder."""

    bucket: Annotated[str, Doc(description="Name of the bucket. Empty: files lie in media.path.")] = ""
    endpoint: Annotated[
        str, Doc(description="Address of the service, https://host. Empty: Amazon's, by region.")
    ] = ""
    region: Annotated[str, Doc(description="Region of the bucket.")] = "us-east-1"
    access_key: Annotated[str, Doc(description="Id of the key; better from a file or the environment.")] = ""
    secret_key: Annotated[str, Doc(description="The secret; better from a file or the environment.")] = ""
    path_style: Annotated[
        bool, Doc(description="Whether the bucket stands in the path and not in the host name.")
    ] = True
    prefix: Annotated[str, Doc(description="Put before every name, when several share a bucket.")] = ""


class Backups(Section, frozen=True):
    """Backups that are made by themselves (docs/admin/backup.md); `echoctl backup` makes one at any time."""

    before_migrations: Annotated[
        bool, Doc(description="Whether the database is saved before a new release changes its schema.")
    ] = False
    path: Annotated[
        str, Doc(description="Folder for such backups. Empty: backups in the data directory.")
    ] = ""
    keep: Annotated[int, Doc(description="How many of them are kept.", ge=1, le=1000)] = 3
    warn_days: Annotated[
        int,
        Doc(
            description="After how many days without a backup `echoctl upgrade --check` warns.", ge=1, le=365
        ),
    ] = 7
