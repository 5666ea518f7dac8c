"""The screens, a file each: `routes(frame) -> APIRouter`."""
