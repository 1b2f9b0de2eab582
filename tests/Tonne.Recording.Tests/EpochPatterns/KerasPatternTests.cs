namespace Tonne.Recording.Tests.EpochPatterns;

public class KerasPatternTests
{
    [Fact]
    public void Keras_2_with_one_line_per_epoch_is_read()
    {
        var marks = Heard.From(
            "Epoch 1/2\n",
            "100/100 - 2s - loss: 0.5000 - accuracy: 0.8000 - val_loss: 0.6000 - val_accuracy: 0.7500 - 2s/epoch - 20ms/step\n",
            "Epoch 2/2\n",
            "100/100 - 2s - loss: 0.4000 - accuracy: 0.8500 - val_loss: 0.5500 - val_accuracy: 0.7700 - 2s/epoch - 20ms/step\n",
            "");

        Assert.Equal(
            [
                "0s epoch-begin 1",
                "1s epoch 1 accuracy=0.8 loss=0.5 validation_accuracy=0.75 validation_loss=0.6",
                "2s epoch-begin 2",
                "3s epoch 2 accuracy=0.85 loss=0.4 validation_accuracy=0.77 validation_loss=0.55",
            ],
            marks);
    }

    [Fact]
    public void Keras_3_bars_with_colours_that_overwrite_themselves_give_their_last_values()
    {
        static string Bar(int step, string loss, string more = "") =>
            $"\r\x1b[1m{step}/100\x1b[0m \x1b[32m━━━━━━━━━━\x1b[0m\x1b[37m━━━━━━━━━━\x1b[0m \x1b[1m2s\x1b[0m 3ms/step - accuracy: 0.8 - loss: {loss}{more}";

        var marks = Heard.From("Epoch 1/2\n", Bar(1, "2.5"), Bar(50, "1.5"), Bar(100, "0.5"), Bar(100, "0.5", " - val_accuracy: 0.7 - val_loss: 0.6") + "\n", "Epoch 2/2\n", Bar(1, "0.4") + Bar(7, "0.39"));

        Assert.Equal(["0s epoch-begin 1", "4s epoch 1 accuracy=0.8 loss=0.5 validation_accuracy=0.7 validation_loss=0.6", "5s epoch-begin 2"], marks);
    }

    [Fact]
    public void An_evaluation_after_the_last_epoch_changes_nothing()
    {
        var marks = Heard.From(
            "Epoch 1/1\n",
            "\n 1/60 [....] - ETA: 10s - loss: 2.3 - acc: 0.1\n60/60 [====] - 5s 90us/step - loss: 0.5 - acc: 0.8\n60/60 [====] - 5s 95us/step - loss: 0.5 - acc: 0.8 - val_loss: 0.6 - val_acc: 0.75\n",
            "  1/313 [..] - ETA: 0s - loss: 0.07 - acc: 0.9\n313/313 [====] - 1s 2ms/step - loss: 0.07 - acc: 0.97\n");

        Assert.Equal(["0s epoch-begin 1", "1s epoch 1 accuracy=0.8 loss=0.5 validation_accuracy=0.75 validation_loss=0.6"], marks);
    }

    [Fact]
    public void Callbacks_that_mention_the_epoch_change_nothing()
    {
        var marks = Heard.From(
            "Epoch 3/10\n",
            "100/100 [====] - 2s 3ms/step - loss: 0.5 - val_loss: 0.4\n",
            "Epoch 3: val_loss improved from 0.50000 to 0.40000, saving model to best.keras\n",
            "Epoch 00003: val_loss did not improve from 0.40000\n",
            "Restoring model weights from the end of the best epoch: 2.\n",
            "Epoch 3: early stopping\n");

        Assert.Equal(["0s epoch-begin 3", "1s epoch 3 loss=0.5 validation_loss=0.4"], marks);
    }

    [Fact]
    public void Backspaces_of_older_bars_are_no_part_of_the_line()
    {
        var marks = Heard.From("Epoch 1/2\n", "\b\b\b\b\b\b\r10/10 [==============================] - 0s 1ms/step - loss: 0.25\n");

        Assert.Equal(["0s epoch-begin 1", "1s epoch 1 loss=0.25"], marks);
    }
}
