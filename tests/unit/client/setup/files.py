"""Files that people have for the tools, with comments and settings of their own."""

CLAUDE = """{
  "permissions": {"allow": ["Bash(ls:*)"]},
  "env": {
    "EDITOR": "vim",
    "ANTHROPIC_MODEL": "opus"
  }
}
"""
CODEX = """# my settings
model = "o3" # slow, but good
approval_policy = "never"

[model_providers.other]
name = "Other"
base_url = "https://other.example.com/v1"

[tui]
theme = "dark"
"""
OPENCODE = """{
    "$schema": "https://opencode.ai/config.json",
    /* the dark one */
    "theme": "dark",
    "provider": {
        "other": {"options": {"apiKey": "sk-someone-elses-secret"}}
    }
}
"""
GEMINI_SETTINGS = '{"ui": {"theme": "Dark"}, "model": {"maxTurns": 5}}\n'
GEMINI_ENV = "# mine\nGOOGLE_CLOUD_PROJECT=acme\nexport GEMINI_API_KEY='AIza-my-own-key-of-google'\n"
CONTINUE = """name: Mine
version: 2.0.0
schema: v1
models:
  - name: local # on this machine
    provider: ollama
    model: qwen
rules:
  - Be brief.
"""
CONTINUE_ENV = "OTHER_TOKEN=abc-def-ghi\n"
AIDER = "# aider\ndark-mode: true\nmodel: sonnet   # for now\n"
LLM_MODELS = "# extra models\n- model_id: mine\n  model_name: local\n"
LLM_KEYS = (
    '{\n  "// Note": "This file stores secret API credentials.",\n  "openai": "sk-someone-elses-secret"\n}\n'
)
ZED = """// Zed settings
{
  "vim_mode": true,
  "agent": {
    "default_model": { "provider": "zed.dev", "model": "claude" }, // paid
  },
}
"""
VSCODE = '[\n\t{\n\t\t"name": "OpenRouter",\n\t\t"apiKey": "sk-or-someone-elses-secret"\n\t}\n]\n'

OF_TOOLS = {
    "claude-code": [CLAUDE],
    "codex": [CODEX],
    "opencode": ["", OPENCODE],
    "gemini": [GEMINI_SETTINGS, GEMINI_ENV],
    "continue": [CONTINUE, CONTINUE_ENV],
    "aider": ["", AIDER],
    "llm": [LLM_MODELS, LLM_KEYS],
    "zed": [ZED],
    "vscode": [VSCODE],
}
"""The files of each tool, in the order of its plan. An empty one is Keydesk's own, which does not exist before."""
