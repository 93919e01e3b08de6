"""Tools for agents that speak the Model Context Protocol (MCP): definitions, answers and the protocol.

The command line and the server share them. Both call the JSON API of Keydesk, which knows who the person is and what
they may do. Only `protocol` needs the library of the extra `mcp`.
"""
