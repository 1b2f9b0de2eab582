# SPDX-License-Identifier: Apache-2.0
"""Builds the wheel with the pip and setuptools of this Python, and uses what is in it."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def has_tools():
    """Whether a wheel can be built without the network."""
    # setuptools comes first: pip imports the distutils that it replaces.
    script = (
        "import setuptools, pip, sys\n"
        "try:\n"
        "    import setuptools.command.bdist_wheel\n"
        "except ImportError:\n"
        "    import wheel\n"
        "sys.exit(int(setuptools.__version__.split('.')[0]) < 61)\n")
    return subprocess.run([sys.executable, "-c", script], stderr=subprocess.DEVNULL).returncode == 0


@unittest.skipUnless(has_tools(), "pip, wheel or setuptools 61 is not installed")
class TheWheel(unittest.TestCase):
    def build(self, with_executable):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        source = os.path.join(folder.name, "source")
        shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("tests", "_bin", "__pycache__", "build", "*.egg-info"))
        if with_executable:
            os.mkdir(os.path.join(source, "tonne", "_bin"))
            executable = os.path.join(source, "tonne", "_bin", "tonne")
            shutil.copy(os.path.join(PACKAGE, "tests", "stand_in_tonne.py"), executable)
            os.chmod(executable, 0o755)
        done = subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--no-cache-dir", "-q",
             "-w", folder.name, source],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        return folder.name, os.path.join(folder.name, "tonne-0.1.0-py3-none-any.whl")

    def test_has_every_module_and_no_dependency(self):
        _, wheel = self.build(with_executable=False)
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            modules = {"tonne/" + name for name in os.listdir(os.path.join(PACKAGE, "tonne")) if name.endswith(".py")}
            self.assertEqual({name for name in names if name.startswith("tonne/")}, modules)
            metadata = archive.read("tonne-0.1.0.dist-info/METADATA").decode()
        self.assertIn("Name: tonne\nVersion: 0.1.0\n", metadata)
        self.assertIn("License: Apache-2.0\n", metadata)
        self.assertIn("Requires-Python: >=3.9\n", metadata)
        self.assertNotIn("Requires-Dist", metadata)

    def test_records_with_the_executable_that_it_has(self):
        folder, wheel = self.build(with_executable=True)
        installed = os.path.join(folder, "installed")
        subprocess.run([sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--no-cache-dir", "-q",
                        "--target", installed, wheel], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        script = "import tonne\nwith tonne.track('x') as t:\n    pass\nprint(tonne.__file__, t.energy_kwh > 0, t.problem)\n"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TONNE")}
        environment["PYTHONPATH"] = installed
        done = subprocess.run([sys.executable, "-c", script], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        self.assertEqual(done.stdout, os.path.join(installed, "tonne", "__init__.py") + " True None\n")


if __name__ == "__main__":
    unittest.main()
