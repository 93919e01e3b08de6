"""`POST /model/new` and `/model/delete`: models added to a running gateway.

They are kept in memory only. LiteLLM has these routes if it stores models in its database (`STORE_MODEL_IN_DB`), with
more fields in its responses.
"""

import uuid
from typing import Any

from keydesk_sandbox.bodies import ModelBody, ModelId
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import refused
from keydesk_sandbox.models.catalogue import Model


def new_model(call: Call, body: ModelBody) -> dict[str, Any]:
    """Add a model."""
    params, info = body.litellm_params, body.model_info
    model = Model(
        name=body.model_name,
        upstream=str(params.get("model")),
        id=str(info.get("id") or uuid.uuid4()),
        access_groups=tuple(info.get("access_groups") or ()),
        mock_response=params.get("mock_response"),
        priced_in=None,
    )
    call.gateway.catalogue.add(model)
    return {"model_id": model.id, "model_name": model.name}


def delete_model(call: Call, body: ModelId) -> dict[str, Any]:
    """Remove a model. An unknown id is a 400."""
    if not call.gateway.catalogue.remove(body.id):
        raise refused(f"Model with id={body.id} not found in db")
    return {"message": f"Model: {body.id} deleted successfully"}
