# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for training frameworks: the hooks that they publish, in the order in which they call them, and nothing else.

Sources: transformers/trainer_callback.py and trainer.py (4.x and 5.x), lightning/pytorch/callbacks/callback.py and the page "Callback",
keras/src/callbacks/callback.py and callback_list.py. ``install()`` makes them importable under the names of the frameworks.
"""

import math
import numbers
import sys
import time
import types

SECONDS = 0.02


# Hugging Face transformers

class TrainerCallback:
    """All hooks of the protocol, doing nothing."""


def _do_nothing(self, args, state, control, **kwargs):
    pass


for _name in ("on_init_end", "on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end", "on_step_begin", "on_substep_end",
              "on_optimizer_step", "on_pre_optimizer_step", "on_step_end", "on_evaluate", "on_predict", "on_save", "on_log",
              "on_prediction_step"):
    setattr(TrainerCallback, _name, _do_nothing)


class TrainerState:
    def __init__(self):
        self.epoch = 0
        self.global_step = 0
        self.log_history = []
        self.is_world_process_zero = True


class Reporter(TrainerCallback):
    """As the callbacks of report_to: keeps what it is given."""

    def __init__(self):
        self.logs = []

    def on_log(self, args, state, control, logs=None, **kwargs):
        self.logs.append(dict(logs))


class CallbackHandler:
    def __init__(self, callbacks):
        self.callbacks = list(callbacks)

    def call_event(self, event, args, state, control, **kwargs):
        for callback in self.callbacks:
            result = getattr(callback, event)(args, state, control, model=None, processing_class=None, **kwargs)
            if result is not None:
                control = result
        return control


class Trainer:
    def __init__(self, model=None, args=None, train_dataset=None, callbacks=None, epochs=2, strategy="epoch"):
        self.args, self.epochs, self.strategy = args, epochs, strategy
        self.state, self.control = TrainerState(), types.SimpleNamespace()
        self.reporter = Reporter()
        self.callback_handler = CallbackHandler([self.reporter, *(callbacks or [])])
        self.call("on_init_end")

    def add_callback(self, callback):
        self.callback_handler.callbacks.append(callback() if isinstance(callback, type) else callback)

    def call(self, event, **kwargs):
        self.control = self.callback_handler.call_event(event, self.args, self.state, self.control, **kwargs)

    def log(self, logs):
        logs["epoch"] = self.state.epoch
        self.state.log_history.append({**logs, "step": self.state.global_step})
        self.call("on_log", logs=logs)

    def train(self, fails=False):
        self.call("on_train_begin")
        for epoch in range(self.epochs):
            self.call("on_epoch_begin")
            for step in range(2):
                self.call("on_step_begin")
                time.sleep(SECONDS)
                self.state.global_step += 1
                self.state.epoch = epoch + (step + 1) / 2
                self.call("on_step_end")
                if self.strategy == "steps":
                    self.log({"loss": 1.0 / self.state.global_step, "learning_rate": 5e-5})
                if fails:
                    raise RuntimeError("CUDA out of memory")
            self.call("on_epoch_end")
            if self.strategy == "epoch":
                self.log({"loss": 1.0 / (epoch + 1), "learning_rate": 5e-5})
            self.evaluate()
            self.call("on_save")
        self.log({"train_runtime": 1.0, "train_loss": 0.5})
        self.call("on_train_end")

    def evaluate(self):
        metrics = {"eval_loss": 0.25, "eval_runtime": 1.0, "eval_samples_per_second": 9.0}
        self.log(metrics)
        self.call("on_evaluate", metrics=metrics)


# Lightning

class Callback:
    """The hooks that the stand-in calls, doing nothing."""


def _do_nothing_either(self, *arguments, **keywords):
    pass


for _name in ("setup", "teardown", "on_fit_start", "on_fit_end", "on_train_start", "on_train_end", "on_train_epoch_start",
              "on_train_epoch_end", "on_validation_start", "on_validation_end", "on_validation_epoch_start", "on_validation_epoch_end",
              "on_train_batch_start", "on_train_batch_end", "on_exception"):
    setattr(Callback, _name, _do_nothing_either)


class LightningModule:
    trainer = None

    def log(self, name, value, prog_bar=False, logger=None, on_step=None, on_epoch=None, sync_dist=False, rank_zero_only=False):
        if self.trainer is None or not isinstance(value, numbers.Number):
            raise TypeError("self.log(%s, %r) was called at a wrong time or with a wrong value" % (name, value))
        if not rank_zero_only:
            raise RuntimeError("the other processes are waited for")
        self.trainer.logged.append((self.trainer.current_epoch, name, value))
        self.trainer.callback_metrics[name] = value


class LightningTrainer:
    def __init__(self, max_epochs=2, callbacks=None):
        self.max_epochs, self.callbacks = max_epochs, list(callbacks or [])
        self.is_global_zero, self.current_epoch = True, 0
        self.callback_metrics, self.logged = {}, []

    def call(self, event, module, **keywords):
        for callback in self.callbacks:
            getattr(callback, event)(self, module, **keywords)

    def fit(self, module, fails=False):
        module.trainer = self
        try:
            self.call("setup", module, stage="fit")
            self.call("on_fit_start", module)
            self.call("on_train_start", module)
            for self.current_epoch in range(self.max_epochs):
                self.call("on_train_epoch_start", module)
                time.sleep(SECONDS)
                if fails:
                    raise RuntimeError("CUDA out of memory")
                self.callback_metrics["train_loss"] = 1.0 / (self.current_epoch + 1)
                self.call("on_validation_start", module)
                self.callback_metrics["val_loss"] = 0.5
                self.call("on_validation_end", module)
                self.call("on_train_epoch_end", module)
            self.call("on_train_end", module)
            self.call("on_fit_end", module)
        except BaseException as error:
            for callback in self.callbacks:
                callback.on_exception(self, module, error)
            self.call("teardown", module, stage="fit")
            raise
        self.call("teardown", module, stage="fit")


# Keras

class KerasCallback:
    """The hooks that the stand-in calls, doing nothing."""

    def __init__(self):
        self.params, self._model = None, None

    def set_params(self, params):
        self.params = params

    def set_model(self, model):
        self._model = model

    def on_train_begin(self, logs=None):
        pass

    def on_train_end(self, logs=None):
        pass

    def on_epoch_begin(self, epoch, logs=None):
        pass

    def on_epoch_end(self, epoch, logs=None):
        pass


class History(KerasCallback):
    def on_train_begin(self, logs=None):
        self.history = {}

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class Model:
    def fit(self, x=None, y=None, epochs=2, callbacks=None, verbose=0, fails=False):
        history = History()
        every = [*(callbacks or []), history]
        for callback in every:
            callback.set_params({"epochs": epochs})
            callback.set_model(self)
        for callback in every:
            callback.on_train_begin(None)
        for epoch in range(epochs):
            for callback in every:
                callback.on_epoch_begin(epoch, {})
            time.sleep(SECONDS)
            if fails:
                raise RuntimeError("out of memory")
            logs = {"accuracy": 0.5, "loss": math.exp(-epoch), "val_loss": 0.25}
            for callback in every:
                callback.on_epoch_end(epoch, logs)
        for callback in every:
            callback.on_train_end(logs)
        return history


def install():
    """Makes the stand-ins importable, in place of the frameworks if they are installed."""
    def module(name, **names):
        made = types.ModuleType(name)
        made.__dict__.update(names)
        sys.modules[name] = made
        return made

    module("transformers", TrainerCallback=TrainerCallback, Trainer=Trainer)
    callbacks = module("lightning.pytorch.callbacks", Callback=Callback)
    pytorch = module("lightning.pytorch", callbacks=callbacks, Trainer=LightningTrainer, LightningModule=LightningModule)
    module("lightning", pytorch=pytorch, Trainer=LightningTrainer, LightningModule=LightningModule)
    keras_callbacks = module("keras.callbacks", Callback=KerasCallback)
    module("keras", callbacks=keras_callbacks, Model=Model)
