"""The import of the adapter into a program of somebody else."""

import subprocess
import sys


def test_importing_the_adapter_changes_nothing_in_the_process() -> None:
    code = (
        "import gc, sys, entity_connections.zuora.client\n"
        "assert gc.isenabled() and gc.get_freeze_count() == 0\n"
        "assert None not in sys.modules.values()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
