"""What the measurements share: processor time of a program, one core for it, temporary environments, and results as files."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

BENCH = Path(__file__).resolve().parent
RESULTS = BENCH / "results"
# Every library that the peers compute with is held to one thread.
ONE_THREAD = {
    name: "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS")
}


def add_arguments(parser):
    """Options that all measurements have."""
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation data")
    parser.add_argument("--programs", type=Path, default=BENCH.parent / "target/release", help="folder with attache and attache-eval, built in release")
    parser.add_argument("--work", type=Path, help="folder to keep downloads in; by default a temporary one")
    parser.add_argument("--core", type=int, help="the core to run on; by default the last one")


def work_folder(options):
    """The folder for downloads, made when there is none."""
    folder = options.work or Path(tempfile.mkdtemp(prefix="attache-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def environment(folder, packages):
    """The Python of a virtual environment with these packages, made when it is not there."""
    python = folder / "bin/python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def run(command, core=None):
    """(standard output, seconds of processor time, user and system) of a command on one core and one thread."""
    cores = os.sched_getaffinity(0)
    core = max(cores) if core is None else core
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD},
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    output = process.stdout.read().decode("utf-8")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]}: exit code {process.returncode}")
    return output, usage.ru_utime + usage.ru_stime


def processor():
    """Name of the processor, and which of the instructions that matter here it has."""
    if not Path("/proc/cpuinfo").exists():
        return platform.processor() or platform.machine()
    fields = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    fields = {name.strip(): value.strip() for name, value in fields.items()}
    flags = fields.get("flags", fields.get("Features", "")).split()
    told = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "asimddp") if flag in flags]
    family = "/".join(fields[name] for name in ("cpu family", "model") if name in fields)
    return " ".join([fields.get("model name", platform.machine()), f"({family})", *told]).strip()


class Stopwatch:
    """Seconds of this process's processor time, all threads: `with Stopwatch() as watch: …; watch.seconds`."""

    def __enter__(self):
        self.began = time.process_time()
        return self

    def __exit__(self, *_):
        self.seconds = time.process_time() - self.began


def record(name, results):
    """Writes results beside the scripts."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
