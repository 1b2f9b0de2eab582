# SPDX-License-Identifier: Apache-2.0
"""Tests of the callbacks of transformers, Lightning and Keras against stand-ins of their protocols."""

import math
import os
import subprocess
import sys
import unittest

import frameworks
from recording import PACKAGE, RecordingTestCase

frameworks.install()
from tonne import keras, lightning, transformers  # noqa: E402

NAMES = ["tonne/energy_kwh", "tonne/co2e_kg", "tonne/co2e_kg_low", "tonne/co2e_kg_high"]


class CallbackTestCase(RecordingTestCase):
    def check_figures(self, logs):
        """A list of logs: figures in each, which only grow, and low < value < high."""
        for log in logs:
            self.assertTrue(log[NAMES[2]] < log[NAMES[1]] < log[NAMES[3]])
        energies = [log[NAMES[0]] for log in logs]
        self.assertEqual(energies, sorted(energies))
        self.assertGreater(energies[0], 0)

    def figures_asked(self):
        return sum(line.startswith("figures") for line in self.lines())


class OfTransformers(CallbackTestCase):
    def test_adds_figures_to_every_log_and_its_history(self):
        trainer = frameworks.Trainer(epochs=2)
        callback = transformers.TonneCallback(zone="FR", project="p").add_to(trainer)
        trainer.train()

        self.assertIsInstance(callback, frameworks.TrainerCallback)
        # For each of two epochs the losses and the evaluation, and the summary.
        self.assertEqual(len(trainer.reporter.logs), 5)
        self.check_figures(trainer.reporter.logs)
        self.check_figures(trainer.state.log_history)
        self.assertEqual(trainer.state.log_history[0]["loss"], 1.0)
        self.assertLessEqual(self.figures_asked(), 5)
        self.assertEqual(callback.track.record["schema"], "tonne.run/1")
        self.assertGreaterEqual(callback.track.energy_kwh, trainer.reporter.logs[-1][NAMES[0]])
        self.assertEqual(self.arguments()[0][4:], ["--name", "train", "--project", "p", "--zone", "FR"])

    def test_marks_epochs_with_losses_that_are_logged_after_their_end(self):
        trainer = frameworks.Trainer(epochs=2)
        transformers.TonneCallback().add_to(trainer)
        trainer.train()
        self.assertEqual(self.marks_sent()[:5], [
            "epoch-begin 1", "epoch 1", "epoch 1 loss=1.0 learning_rate=5e-05", "epoch 1 eval_loss=0.25", "epoch-begin 2"])

    def test_marks_epochs_with_the_last_losses_of_their_steps(self):
        trainer = frameworks.Trainer(epochs=2, strategy="steps")
        transformers.TonneCallback().add_to(trainer)
        trainer.train()
        self.assertEqual([line for line in self.marks_sent() if line.startswith("epoch 2")], [
            "epoch 2 loss=0.25 learning_rate=5e-05", "epoch 2 eval_loss=0.25"])

    def test_passed_to_the_trainer_comes_after_its_loggers(self):
        callback = transformers.TonneCallback()
        trainer = frameworks.Trainer(callbacks=[callback])
        trainer.train()
        self.assertNotIn(NAMES[0], trainer.reporter.logs[0])
        self.check_figures(trainer.state.log_history)

    def test_records_in_process_zero_only(self):
        trainer = frameworks.Trainer()
        trainer.state.is_world_process_zero = False
        callback = transformers.TonneCallback().add_to(trainer)
        trainer.train()
        self.assertIsNone(callback.track)
        self.assertEqual(self.read_log(), [])
        self.assertNotIn(NAMES[0], trainer.reporter.logs[0])

    def test_a_failed_training_raises_and_can_be_repeated(self):
        trainer = frameworks.Trainer()
        callback = transformers.TonneCallback().add_to(trainer)
        with self.assertRaises(RuntimeError):
            trainer.train(fails=True)
        self.assertIsNone(callback.track.record)
        trainer.train()
        self.assertIsNotNone(callback.track.record)
        self.assertEqual(len(self.arguments()), 1)
        trainer.train()
        self.assertEqual(len(self.arguments()), 2)

    def test_without_a_recording_the_training_is_as_before(self):
        os.environ["TONNE_EXECUTABLE"] = "/nonexistent"
        trainer = frameworks.Trainer()
        transformers.TonneCallback().add_to(trainer)
        trainer.train()
        self.assertEqual(set(trainer.reporter.logs[0]), {"loss", "learning_rate", "epoch"})
        self.assertEqual(len(self.warnings.texts), 1)


class OfLightning(CallbackTestCase):
    def test_logs_figures_of_every_epoch(self):
        callback = lightning.TonneCallback(zone="FR")
        trainer = frameworks.LightningTrainer(max_epochs=3, callbacks=[callback])
        trainer.fit(frameworks.LightningModule())

        self.assertIsInstance(callback, frameworks.Callback)
        self.assertEqual([(epoch, name) for epoch, name, _ in trainer.logged], [(epoch, name) for epoch in range(3) for name in NAMES])
        self.check_figures([{name: value for at, name, value in trainer.logged if at == epoch} for epoch in range(3)])
        self.assertEqual(self.marks_sent()[:3], ["epoch-begin 1", "epoch 1 train_loss=1.0 val_loss=0.5", "epoch-begin 2"])
        self.assertLessEqual(self.figures_asked(), 3)
        self.assertIsNotNone(callback.track.record)
        self.assertEqual(self.warnings.texts, [])

    def test_ends_when_the_training_fails(self):
        callback = lightning.TonneCallback()
        with self.assertRaises(RuntimeError):
            frameworks.LightningTrainer(callbacks=[callback]).fit(frameworks.LightningModule(), fails=True)
        self.assertIsNotNone(callback.track.record)

    def test_records_in_process_zero_only_and_while_fitting_only(self):
        callback = lightning.TonneCallback()
        trainer = frameworks.LightningTrainer(callbacks=[callback])
        trainer.is_global_zero = False
        trainer.fit(frameworks.LightningModule())
        trainer.is_global_zero = True
        trainer.call("setup", None, stage="test")
        trainer.call("teardown", None, stage="test")
        self.assertEqual(self.read_log(), [])

    def test_a_module_that_cannot_log_does_not_stop_the_training(self):
        trainer = frameworks.LightningTrainer(callbacks=[lightning.TonneCallback()])

        class Module(frameworks.LightningModule):
            def log(self, *arguments, **keywords):
                raise RuntimeError("not now")

        trainer.fit(Module())
        self.assertEqual(len(self.warnings.texts), 1)


class OfKeras(CallbackTestCase):
    def test_adds_figures_to_the_history(self):
        callback = keras.TonneCallback(zone="FR")
        history = frameworks.Model().fit(epochs=3, callbacks=[callback]).history

        self.assertIsInstance(callback, frameworks.KerasCallback)
        self.check_figures([{name: history[name][epoch] for name in NAMES} for epoch in range(3)])
        self.assertEqual(self.marks_sent()[:3], ["epoch-begin 1", "epoch 1 accuracy=0.5 loss=1.0 val_loss=0.25", "epoch-begin 2"])
        self.assertLessEqual(self.figures_asked(), 3)
        self.assertIsNotNone(callback.track.record)

    def test_can_be_used_again(self):
        callback = keras.TonneCallback()
        for _ in range(2):
            frameworks.Model().fit(epochs=1, callbacks=[callback])
        self.assertEqual(len(self.arguments()), 2)


class WithoutTheirFrameworks(unittest.TestCase):
    def run_script(self, script):
        environment = {**os.environ, "PYTHONPATH": PACKAGE}
        return subprocess.run([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout

    def test_the_modules_can_be_imported(self):
        script = (
            "import sys\n"
            "for name in ('transformers', 'lightning', 'pytorch_lightning', 'keras', 'tensorflow'):\n"
            "    sys.modules[name] = None\n"
            "from tonne import asgi, keras, lightning, transformers, wsgi\n"
            "print(*(module.TonneCallback.__mro__[1].__name__ for module in (keras, lightning, transformers)))\n")
        self.assertEqual(self.run_script(script), "object object object\n")

    def test_importing_tonne_imports_no_framework(self):
        script = (
            "import sys, tonne\n"
            "print([name for name in ('transformers', 'lightning', 'keras', 'IPython', 'asyncio') if name in sys.modules])\n")
        self.assertEqual(self.run_script(script), "[]\n")


class ATraining(CallbackTestCase):
    def test_unknown_figures_are_left_out(self):
        os.environ["STAND_IN_MODE"] = "no-marks"
        history = frameworks.Model().fit(epochs=1, callbacks=[keras.TonneCallback()]).history
        self.assertEqual(set(history), {"accuracy", "loss", "val_loss"})
        self.assertFalse(any(math.isnan(value) for values in history.values() for value in values))


if __name__ == "__main__":
    unittest.main()
