"""The import of the adapter into a program of somebody else."""

import subprocess
import sys


def test_importing_the_adapter_changes_nothing_in_the_process() -> None:
    code = (
        "import gc, sys\n"
        "frozen = gc.get_freeze_count()\n"
        "import entity_connections.zuora.client\n"
        "assert gc.isenabled() and gc.get_freeze_count() == frozen\n"
        "assert None not in sys.modules.values()\n"
        "assert 'truststore' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
