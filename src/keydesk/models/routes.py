"""GET /models."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from keydesk.access.route_rules import for_people
from keydesk.models.models import ModelView
from keydesk.models.service import Catalogue

router = APIRouter(tags=["models"])


def catalogue_service(request: Request) -> Catalogue:
    service: Catalogue = request.app.state.catalogue
    return service


@router.get("/models", **for_people())
async def list_models(catalogue: Annotated[Catalogue, Depends(catalogue_service)]) -> list[ModelView]:
    """The models of the gateway, one entry for each public name."""
    return await catalogue.models()
