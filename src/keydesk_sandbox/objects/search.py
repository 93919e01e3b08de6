"""`POST /v1/vector_stores/{id}/search`: search in a knowledge base. The found document is made up."""

from keydesk_sandbox.call import Call
from keydesk_sandbox.chat.gate import check_reach
from keydesk_sandbox.chat.requests import read_payload
from keydesk_sandbox.errors import ProxyError
from keydesk_sandbox.objects.records import Json, find_object
from keydesk_sandbox.spending.apis import Api

_API = Api("avector_store_search", "avector_store_search")
_KIND = "invalid_request_error"


def search_vector_store(call: Call) -> Json:
    """Return one document for any query.

    It costs nothing. Every key may search every store: LiteLLM restricts only stores that belong to a team.
    """
    payload = read_payload(call)
    check_reach(call, {}, _API)
    asked = payload.get("query")
    if asked is None:
        raise ProxyError(400, f"{_API.route}: Missing required parameter: 'query'.", _KIND, "query")
    name = call.request.path_params["vector_store_id"]
    store = find_object(call, "vector_store", name)
    if store is None:
        raise ProxyError(404, f"Vector store {name} not found.", _KIND)
    return {
        "object": "vector_store.search_results.page",
        "search_query": asked,
        "data": [_document(store, str(asked))],
        "has_more": False,
        "next_page": None,
    }


def _document(store: Json, asked: str) -> Json:
    text = f"A sample document of {store['vector_store_name'] or store['vector_store_id']} about: {asked}"
    return {
        "file_id": f"file-{store['vector_store_id']}",
        "filename": "sample.md",
        "score": 0.87,
        "attributes": {},
        "content": [{"type": "text", "text": text}],
    }
