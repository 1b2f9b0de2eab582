namespace Tonne.Recording.Tests.EpochPatterns;

public class ProgressBarPatternTests
{
    [Fact]
    public void Lightning_uses_one_bar_for_all_epochs()
    {
        var marks = Heard.From(
            "Epoch 0:   0%|          | 0/10 [00:00<?, ?it/s]",
            "\rEpoch 0:  50%|█████     | 5/10 [00:00<00:00, 9.90it/s, v_num=0, train_loss=0.9]",
            "\rEpoch 0: 100%|██████████| 10/10 [00:01<00:00, 9.90it/s, v_num=0, train_loss=0.8]",
            "\rValidation DataLoader 0: 100%|██████████| 2/2 [00:00<00:00, 80.0it/s]",
            "\rEpoch 0: 100%|██████████| 10/10 [00:01<00:00, 9.90it/s, v_num=0, train_loss=0.8, val_loss=0.7]",
            "\rEpoch 1:   0%|          | 0/10 [00:00<?, ?it/s, v_num=0, train_loss=0.8, val_loss=0.7]",
            "\rEpoch 1: 100%|██████████| 10/10 [00:01<00:00, 9.90it/s, v_num=0, train_loss_step=0.55, val_loss=0.4, train_loss_epoch=0.5]",
            "\n`Trainer.fit` stopped: `max_epochs=2` reached.\n");

        Assert.Equal(["0s epoch-begin 0", "4s epoch 0 loss=0.8 validation_loss=0.7", "5s epoch-begin 1", "6s epoch 1 loss=0.5 validation_loss=0.4"], marks);
    }

    [Fact]
    public void Many_states_in_one_block_give_the_first_and_the_last_of_each_epoch()
    {
        var block = string.Concat(Enumerable.Range(0, 3).SelectMany(epoch =>
            Enumerable.Range(0, 101).Select(percent => $"\rEpoch {epoch}/3: {percent,3}%|███       | {percent}/100 [00:01<00:01, 99.0it/s, loss={2 - (epoch * 0.5) - (percent / 1000d)}]")));

        Assert.Equal(["0s epoch-begin 0", "0s epoch 0 loss=1.9", "0s epoch-begin 1", "0s epoch 1 loss=1.4", "0s epoch-begin 2", "0s epoch 2 loss=0.9"], Heard.From(block));
    }

    [Fact]
    public void A_bar_over_the_epochs_counts_those_that_are_over()
    {
        var marks = Heard.From(
            "Epochs:   0%|          | 0/3 [00:00<?, ?it/s]",
            "\rEpochs:  33%|███▎      | 1/3 [00:01<00:02,  1.00s/it]",
            "\rEpochs:  33%|███▎      | 1/3 [00:01<00:02,  1.00s/it, loss=0.9]",
            "\rEpochs:  67%|██████▋   | 2/3 [00:02<00:01,  1.00s/it, loss=0.7]",
            "\rEpochs: 100%|██████████| 3/3 [00:03<00:00,  1.00s/it, loss=0.6]\n");

        Assert.Equal(["0s epoch-begin 1", "1s epoch 1 loss=0.9", "3s epoch 2 loss=0.7", "4s epoch 3 loss=0.6"], marks);
    }

    [Fact]
    public void An_epoch_whose_bar_stands_still_is_not_over()
    {
        Assert.Equal(["0s epoch-begin 7"], Heard.From("Epoch 7:   0%|  | 0/9 [00:00<?, ?it/s]\r", "Epoch 7:  45%|███ | 4/9 [00:01<00:01, loss=0.5]", "\nKeyboardInterrupt\n"));
    }
}
