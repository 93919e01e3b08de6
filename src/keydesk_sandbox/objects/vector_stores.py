"""`/vector_store/list`, `/new`, `/info` and `/delete`."""

from typing import Any, Final

from keydesk_sandbox import query
from keydesk_sandbox.bodies import VectorStoreBody, VectorStoreName
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import DetailError
from keydesk_sandbox.objects.records import add_object, find_object, list_objects, remove_object
from keydesk_sandbox.paging import Page

Json = dict[str, Any]

_KIND: Final = "vector_store"


def list_vector_stores(call: Call) -> Json:
    """Return `/vector_store/list`: every page has every store, whatever the page count says."""
    stores = [{**store, "is_config": False} for store in list_objects(call, _KIND)]
    page = Page(
        query.integer(call.query, "page", 1, minimum=None),
        query.integer(call.query, "page_size", 100, minimum=None),
    )
    return {
        "object": "list",
        "data": stores,
        "total_count": len(stores),
        "current_page": page.number,
        "total_pages": page.pages(len(stores)),
    }


def new_vector_store(call: Call, body: VectorStoreBody) -> Json:
    """Register a store; ids are unique."""
    name = body.vector_store_id
    if name is None or body.custom_llm_provider is None:
        raise DetailError(400, "vector_store_id and custom_llm_provider are required", wrapped=False)
    if find_object(call, _KIND, name) is not None:
        raise DetailError(400, f"Vector store with ID {name} already exists", wrapped=False)
    stored = add_object(call.db, _KIND, name, vector_store(body, call.caller.user_id), call.now)
    return {
        "status": "success",
        "message": f"Vector store {name} created successfully",
        "vector_store": stored,
    }


def vector_store(body: VectorStoreBody, user_id: str | None) -> Json:
    """Return the stored fields of a vector store."""
    return {
        **body.model_dump(),
        "litellm_credential_name": None,
        "litellm_params": {},
        "team_id": None,
        "user_id": user_id,
    }


def get_vector_store(call: Call, body: VectorStoreName) -> Json:
    """Return `/vector_store/info`."""
    store = find_object(call, _KIND, body.vector_store_id)
    if store is None:
        raise _unknown(body.vector_store_id)
    return {"vector_store": {**store, "is_config": False}}


def delete_vector_store(call: Call, body: VectorStoreName) -> Json:
    """Delete a store."""
    name = body.vector_store_id
    if not remove_object(call, _KIND, name):
        raise _unknown(name)
    return {"status": "success", "message": f"Vector store {name} deleted successfully"}


def _unknown(name: str) -> DetailError:
    return DetailError(404, f"Vector store with ID {name} not found", wrapped=False)
