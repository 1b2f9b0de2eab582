using Tonne.Runs;

namespace Tonne.Tests.Runs;

public class MetricNameTests
{
    [Theory]
    [InlineData("acc", "accuracy")]
    [InlineData("Accuracy", "accuracy")]
    [InlineData("val_loss", "validation_loss")]
    [InlineData("val_acc", "validation_accuracy")]
    [InlineData("val_accuracy", "validation_accuracy")]
    [InlineData("eval_loss", "validation_loss")]
    [InlineData("Validation Loss", "validation_loss")]
    [InlineData("Val. Acc", "validation_accuracy")]
    [InlineData("train_loss", "loss")]
    [InlineData("loss/train", "loss")]
    [InlineData("loss_val", "validation_loss")]
    [InlineData("avg train loss", "loss")]
    [InlineData("train_loss_epoch", "loss")]
    [InlineData("sparse_categorical_accuracy", "accuracy")]
    [InlineData("val_mean_squared_error", "validation_mse")]
    [InlineData("test_acc", "test_accuracy")]
    [InlineData("lr", "learning_rate")]
    [InlineData("mean", "mean")]
    [InlineData("validation_loss", "validation_loss")]
    public void A_name_becomes(string name, string canonical)
    {
        Assert.Equal(canonical, MetricName.ToCanonical(name));
        Assert.Equal(canonical, MetricName.ToCanonical(canonical));
    }
}
