"""The engine's log (TF_LOG): lines of JSON on standard error, as go-plugin reads them."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import datetime, timezone


def log(level: str, text: str, **more: str) -> None:
    """Write one line."""
    moment = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    line = {"@level": level, "@message": text, "@module": "mfa", "@timestamp": moment, **more}
    print(json.dumps(line), file=sys.stderr, flush=True)


def log_defect(fault: Exception) -> None:
    """Write where a defect of this provider is, and nothing of what it said."""
    log("error", "a defect of this provider", traceback="".join(traceback.format_tb(fault.__traceback__)))


class Log(logging.Handler):
    """What libraries log, as lines of the engine's log and without tracebacks."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        log("warn" if record.levelno == logging.WARNING else "error", record.getMessage(), logger=record.name)
