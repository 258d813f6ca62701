"""The only importers of HTTP libraries, beside the sandbox: open, send, redact, time out."""
