namespace Tonne.Recording.Tests.EpochPatterns;

public class PlainTextPatternTests
{
    [Theory]
    [InlineData("Epoch 3/10 loss=0.51 acc=0.8", "epoch 3 accuracy=0.8 loss=0.51")]
    [InlineData("epoch: 3, loss: 0.5", "epoch 3 loss=0.5")]
    [InlineData("[Epoch 3] train loss 0.5 val acc 0.8", "epoch 3 loss=0.5 validation_accuracy=0.8")]
    [InlineData("Epoch [3/10], Loss: 0.51", "epoch 3 loss=0.51")]
    [InlineData("Epoch [3/10], Step [100/600], Loss: 0.5100", "epoch 3 loss=0.51")]
    [InlineData("Epoch: 03 | Time: 0m 12s", null)]
    [InlineData("Epoch: 003 | Train Loss: 0.500 | Train Acc: 81.25% | Val. Loss: 0.6 | Val. Acc: 80%", "epoch 3 accuracy=0.8125 loss=0.5 validation_accuracy=0.8 validation_loss=0.6")]
    [InlineData("Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.305394", "epoch 1 loss=2.305394")]
    [InlineData("Epoch: [0][  10/5005]\tTime  0.5 ( 1.2)\tData  0.0 ( 0.1)\tLoss 6.9e+00 (7.0e+00)\tAcc@1   0.00 (  0.11)", "epoch 0 acc@1=0.11 loss=7")]
    [InlineData("2024-05-01 10:00:00,123 | INFO | train | epoch 001 | loss 5.9 | ppl 60.5 | wps 1234.5 | lr 0.0005 | wall 12", "epoch 1 learning_rate=0.0005 loss=5.9 perplexity=60.5")]
    [InlineData("EPOCH 7: val Loss: 0.2341 Acc: 0.9216", "epoch 7 validation_accuracy=0.9216 validation_loss=0.2341")]
    [InlineData("Epoch 2 - val_loss: 0.5 - loss: 0.3", "epoch 2 loss=0.3 validation_loss=0.5")]
    [InlineData("Epoch 4 finished in 12.3s: loss=tensor(0.5123, device='cuda:0')", "epoch 4 loss=0.5123")]
    [InlineData("Epoch 4, loss nan, acc 0.1", "epoch 4 accuracy=0.1 loss=NaN")]
    [InlineData("\x1b[32mEpoch 5\x1b[0m: loss=\x1b[1m0.5\x1b[0m", "epoch 5 loss=0.5")]
    [InlineData("epochs: 10, lr: 0.1, loss: 0.5", null)]
    [InlineData("Namespace(num_epochs=10, epochs=3, loss=0.5)", null)]
    [InlineData("max_epoch=10 loss=0.5", null)]
    [InlineData("Best epoch: 3, val_loss: 0.4", null)]
    [InlineData("Resuming from epoch 5 (loss 0.4)", null)]
    [InlineData("Loaded checkpoint epoch 5, loss 0.4", null)]
    [InlineData("The epoch 5 of the project began with a loss of faith.", null)]
    public void A_line_says(string line, string? mark)
    {
        var marks = Heard.From(line + "\n");

        Assert.Equal(mark is null ? [] : ["0s " + mark], marks);
    }

    [Fact]
    public void A_heading_and_the_losses_below_it_are_one_epoch()
    {
        var marks = Heard.From(
            "Epoch 0/1\n----------\n", "train Loss: 0.6582 Acc: 0.6475\n", "val Loss: 0.2341 Acc: 0.9216\n\n",
            "Epoch 1/1\n----------\n", "train Loss: 0.4 Acc: 0.8\n", "val Loss: 0.2 Acc: 0.95\n\n",
            "Training complete in 1m 2s\nBest val Acc: 0.95, loss: 0.1\nTest loss: 0.3\n");

        Assert.Equal(
            [
                "0s epoch-begin 0",
                "2s epoch 0 accuracy=0.6475 loss=0.6582 validation_accuracy=0.9216 validation_loss=0.2341",
                "3s epoch-begin 1",
                "5s epoch 1 accuracy=0.8 loss=0.4 validation_accuracy=0.95 validation_loss=0.2",
            ],
            marks);
    }

    [Fact]
    public void A_heading_alone_ends_with_the_next()
    {
        Assert.Equal(
            ["0s epoch-begin 1", "1s epoch 1", "1s epoch-begin 2", "2s epoch 2"],
            Heard.From("=== Epoch 1 / 2 ===\n", "Epoch 2/2\n"));
    }

    [Fact]
    public void A_line_at_the_start_and_one_at_the_end_are_one_epoch() =>
        Assert.Equal(
            ["0s epoch-begin 3", "2s epoch 3 loss=0.5"],
            Heard.From("Starting epoch 3...\n", "working\n", "Epoch 3 done, loss=0.5\n", "Test loss: 0.6\n", "\n"));

    [Fact]
    public void The_last_of_many_lines_of_one_epoch_counts() =>
        Assert.Equal(
            ["2s epoch 1 loss=0.7", "3s epoch 2 loss=0.6"],
            Heard.From("Train Epoch: 1 [0/60000 (0%)]\tLoss: 2.3\n", "Train Epoch: 1 [640/60000 (1%)]\tLoss: 0.9\n", "Train Epoch: 1 [59520/60000 (99%)]\tLoss: 0.7\n", "Train Epoch: 2 [0/60000 (0%)]\tLoss: 0.6\n"));

    [Fact]
    public void Lines_of_one_form_may_alternate_with_another_and_all_count() =>
        Assert.Equal(
            ["1s epoch 1 loss=0.8 validation_loss=0.6", "1s epoch 2 loss=0.4 validation_loss=0.3"],
            Heard.From(
                "Epoch 1 train loss 0.9\nEpoch 1 train loss 0.8\nEpoch 1 val loss 0.7\n",
                "Epoch 1 val loss 0.6\nEpoch 2 train loss 0.5\nEpoch 2 train loss 0.4\nEpoch 2 val loss 0.3\n"));
}
