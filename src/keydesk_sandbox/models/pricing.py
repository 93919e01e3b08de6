"""Members of `model_info` that LiteLLM answers from its price map, for models the sandbox has no price of.

They are all null here: the names matter to readers of the answer, the values to nobody.
"""

from typing import Final

from keydesk_sandbox.words import words

UNPRICED: Final = words(
    """
    input_cost_per_token_flex input_cost_per_token_balanced input_cost_per_token_ultrafast
    cache_creation_input_token_cost_above_200k_tokens
    cache_creation_input_token_cost_above_272k_tokens
    cache_creation_input_token_cost_above_272k_tokens_priority
    cache_creation_input_token_cost_above_272k_tokens_flex
    cache_creation_input_token_cost_above_272k_tokens_ultrafast cache_creation_input_token_cost_flex
    cache_creation_input_token_cost_priority cache_creation_input_token_cost_ultrafast
    cache_read_input_audio_token_cost cache_read_input_audio_token_cost_flex
    cache_read_input_audio_token_cost_priority cache_read_input_audio_token_cost_batches
    explicit_cache_read_input_token_cost cache_read_input_token_cost_above_200k_tokens
    cache_read_input_token_cost_above_200k_tokens_priority
    cache_read_input_token_cost_above_272k_tokens
    cache_read_input_token_cost_above_272k_tokens_priority
    cache_read_input_token_cost_above_272k_tokens_flex
    cache_read_input_token_cost_above_272k_tokens_ultrafast
    cache_read_input_token_cost_above_512k_tokens cache_read_input_token_cost_flex
    cache_read_input_token_cost_balanced cache_read_input_token_cost_ultrafast
    cache_read_input_token_cost_above_200k_tokens_batches
    cache_read_input_token_cost_above_272k_tokens_batches
    cache_creation_input_token_cost_above_200k_tokens_batches
    cache_creation_input_token_cost_above_272k_tokens_batches
    cache_creation_input_token_cost_above_12hr cache_creation_input_token_cost_above_12hr_flex
    cache_creation_input_token_cost_above_12hr_priority
    cache_creation_input_token_cost_above_12hr_above_272k_tokens
    cache_creation_input_token_cost_above_12hr_above_272k_tokens_flex
    cache_creation_input_token_cost_above_12hr_above_272k_tokens_priority
    cache_creation_input_token_cost_above_12hr_batches
    cache_creation_input_token_cost_above_12hr_ultrafast
    cache_creation_input_token_cost_above_12hr_above_272k_tokens_batches
    cache_creation_input_token_cost_above_12hr_above_272k_tokens_ultrafast off_peak_pricing
    input_cost_per_character input_cost_per_token_above_128k_tokens
    input_cost_per_token_above_200k_tokens input_cost_per_token_above_200k_tokens_priority
    input_cost_per_token_above_272k_tokens input_cost_per_token_above_272k_tokens_priority
    input_cost_per_token_above_272k_tokens_flex input_cost_per_token_above_272k_tokens_ultrafast
    input_cost_per_token_above_512k_tokens input_cost_per_query cost_per_second
    input_cost_per_second input_cost_per_text_message input_cost_per_audio_token
    input_cost_per_audio_token_flex input_cost_per_audio_token_priority input_cost_per_image_token
    input_cost_per_video_token input_cost_per_audio_token_batches input_cost_per_image_token_batches
    input_cost_per_image input_cost_per_audio_per_second input_cost_per_video_per_second
    input_cost_per_video_token_batches input_cost_per_token_above_200k_tokens_batches
    input_cost_per_token_above_272k_tokens_batches output_cost_per_token_above_200k_tokens_batches
    output_cost_per_token_above_272k_tokens_batches output_cost_per_token_flex
    output_cost_per_token_balanced output_cost_per_token_ultrafast
    regional_processing_uplift_multiplier_eu regional_processing_uplift_multiplier_us
    regional_endpoint_uplift_multiplier output_cost_per_audio_token output_cost_per_character
    output_cost_per_reasoning_token output_cost_per_reasoning_token_flex
    output_cost_per_reasoning_token_priority output_cost_per_token_above_128k_tokens
    output_cost_per_character_above_128k_tokens output_cost_per_token_above_200k_tokens
    output_cost_per_token_above_200k_tokens_priority output_cost_per_token_above_272k_tokens
    output_cost_per_token_above_272k_tokens_priority output_cost_per_token_above_272k_tokens_flex
    output_cost_per_token_above_272k_tokens_ultrafast output_cost_per_token_above_512k_tokens
    output_cost_per_second output_cost_per_second_1080p output_cost_per_second_480p
    output_cost_per_second_720p output_cost_per_second_768p output_cost_per_second_2k
    output_cost_per_second_4k output_cost_per_video_per_second output_cost_per_image
    output_cost_per_pixel output_cost_per_image_token output_cost_per_image_token_batches
    output_cost_per_video_token citation_cost_per_token tiered_pricing supported_endpoints
    supports_prompt_cache_breakpoint supports_thinking_cache_preservation supports_audio_input
    supports_video_input supports_box_questions supports_audio_output supports_embedding_image_input
    supports_native_streaming supports_bedrock_native_structured_output supports_web_search
    supports_url_context supports_adaptive_thinking supports_legacy_thinking thinking_always_on
    supports_mid_conversation_system supports_anthropic_thinking_payload
    supports_anthropic_compaction supports_none_reasoning_effort supports_minimal_reasoning_effort
    supports_low_reasoning_effort supports_xhigh_reasoning_effort supports_max_reasoning_effort
    reasoning_effort_levels reasoning_modes reasoning_contexts default_reasoning_effort
    bedrock_output_config_effort_ceiling bedrock_converse_supports_strict_tools
    supports_regex_lookaround search_queries_cost_per_query web_search_billing_unit
    search_free_requests google_maps_grounding_cost_per_query tpm rpm ocr_cost_per_page
    ocr_cost_per_page_batches ocr_cost_per_credit annotation_cost_per_page
    annotation_cost_per_page_batches provider_specific_entry uses_embed_content supports_image_size
    supported_audio_formats token_count_framing token_count_model token_count_tokenizer
    vertex_ai_audio_api max_output_tokens input_cost_per_token_priority
    cache_creation_input_token_cost cache_read_input_token_cost prompt_cache_min_tokens
    cache_read_input_token_cost_priority cache_read_input_token_cost_batches
    cache_creation_input_token_cost_batches cache_creation_input_token_cost_above_1hr
    input_cost_per_token_batches output_cost_per_token_batches output_cost_per_token_priority
    output_vector_size supports_system_messages supports_response_schema supports_vision
    supports_function_calling supports_parallel_function_calling supports_tool_choice
    supports_assistant_prefill supports_prompt_caching supports_pdf_input
    supports_native_structured_output supports_reasoning supports_tool_search supports_computer_use
    search_context_cost_per_query
    """
)
"""Names of price and ability members a model may leave null."""

OPENAI_PARAMS: Final = words(
    """
    frequency_penalty logit_bias logprobs top_logprobs max_tokens max_completion_tokens modalities
    prediction n presence_penalty seed stop stream stream_options temperature top_p tools
    tool_choice function_call functions max_retries extra_headers parallel_tool_calls audio
    web_search_options service_tier safety_identifier prompt_cache_key prompt_cache_retention store
    response_format reasoning_effort
    """
)
"""Request parameters LiteLLM lists for OpenAI's chat models."""

ANTHROPIC_PARAMS: Final = words(
    """
    stream stop temperature top_p max_tokens max_completion_tokens tools tool_choice extra_headers
    parallel_tool_calls response_format user web_search_options speed context_management
    cache_control thinking reasoning_effort service_tier
    """
)
"""Request parameters LiteLLM lists for Anthropic's chat models."""
