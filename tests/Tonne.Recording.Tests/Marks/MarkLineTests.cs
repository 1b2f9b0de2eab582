using System.Text.Json;
using Tonne.Recording.Marks;
using Tonne.Runs;

namespace Tonne.Recording.Tests.Marks;

public class MarkLineTests
{
    [Theory]
    [InlineData("stage clean in=1000000x10 out=950000x10", "stage clean in=1000000x10 out=950000x10")]
    [InlineData("  stage \"clean up\"   in=1_000x10 ", "stage \"clean up\" in=1000x10")]
    [InlineData("stage \"a \\\"b\\\" = c\\\\\"", "stage \"a \\\"b\\\" = c\\\\\"")]
    [InlineData("stage Überblick", "stage Überblick")]
    [InlineData("stage-end", "stage-end")]
    [InlineData("stage-end clean out=5x5", "stage-end clean out=5x5")]
    [InlineData("epoch-begin 3", "epoch-begin 3")]
    [InlineData("epoch 3 loss=0.7 acc=0.72 val_loss=1e-3", "epoch 3 accuracy=0.72 loss=0.7 validation_loss=0.001")]
    [InlineData("epoch 0", "epoch 0")]
    [InlineData("epoch 3 accuracy=94%", "epoch 3 accuracy=0.94")]
    [InlineData("note half of the rows were empty", "note \"half of the rows were empty\"")]
    [InlineData("note \"two\\nlines\"", "note \"two lines\"")]
    [InlineData("note \"quoted\" and more", "note \"\\\"quoted\\\" and more\"")]
    public void A_line_is_read_and_written_again(string line, string written)
    {
        Assert.True(MarkLine.TryParse(line, 42, out var mark, out var error), error);

        Assert.Equal(42, mark.Timestamp);
        Assert.Equal(written, MarkLine.Format(mark));
        Assert.True(MarkLine.TryParse(written, 42, out var again, out _));
        Assert.Equal(written, MarkLine.Format(again));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("stages x", "'stages' is not a mark")]
    [InlineData("stage", "needs a name")]
    [InlineData("stage in=1x1", "needs a name")]
    [InlineData("stage \"\"", "1 to 200")]
    [InlineData("stage (outside)", "not (outside)")]
    [InlineData("stage load data", "second name 'data'")]
    [InlineData("stage a in=10", "'10' is not a shape")]
    [InlineData("stage a rows=10", "'rows=' is unknown")]
    [InlineData("stage \"a", "not closed")]
    [InlineData("stage \"a\\nb\"", "control character")]
    [InlineData("epoch", "whole number")]
    [InlineData("epoch -1", "whole number")]
    [InlineData("epoch 1.5", "whole number")]
    [InlineData("epoch 99999999999", "whole number")]
    [InlineData("epoch 1 loss", "NAME=VALUE")]
    [InlineData("epoch 1 loss=0,7", "with a decimal point")]
    [InlineData("epoch 1 \"lo;ss\"=0.7", "is not a valid name")]
    [InlineData("epoch-begin 1 2", "nothing else")]
    [InlineData("note", "needs a text")]
    public void A_wrong_line_is_explained(string line, string said)
    {
        Assert.False(MarkLine.TryParse(line, 0, out var mark, out var error));

        Assert.Null(mark);
        Assert.Contains(said, error);
    }

    [Fact]
    public void A_metric_that_is_no_finite_number_is_kept_and_survives_json()
    {
        Assert.True(MarkLine.TryParse("epoch 3 loss=NaN accuracy=0.5 val_loss=-inf", 7, out var mark, out _));

        Assert.Equal("epoch 3 accuracy=0.5 loss=NaN validation_loss=-Infinity", MarkLine.Format(mark));
        Assert.True(MarkLine.TryParse(MarkLine.Format(mark), 7, out var again, out _));
        Assert.Equal(mark.Metrics!, again.Metrics!);
        var json = JsonSerializer.Serialize(mark, RunJson.Default.Mark);
        Assert.Equal(mark.Metrics!, JsonSerializer.Deserialize(json, RunJson.Default.Mark)!.Metrics!);
    }

    [Fact]
    public void Any_text_gives_a_mark_or_an_error_and_never_an_exception()
    {
        var random = new Random(1);
        string[] words = ["stage", "epoch", "note", "\"", "\\", "=", " ", "in=", "5x5", "loss=1", "\t", "\0", "\ud83d", "é", "x", "-1", "%", "nan"];
        for (var round = 0; round < 20_000; round++)
        {
            var line = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => words[random.Next(words.Length)]));

            if (MarkLine.TryParse(line, 0, out var mark, out var error))
                Assert.True(MarkLine.TryParse(MarkLine.Format(mark), 0, out _, out _), line);
            else
                Assert.NotEmpty(error);
        }
    }

    [Theory]
    [InlineData("figures", true, null)]
    [InlineData(" figures ", true, null)]
    [InlineData("figures train", true, "train")]
    [InlineData("figures \"fit it\"", true, "fit it")]
    [InlineData("figures a b", false, null)]
    [InlineData("figures \"open", false, null)]
    [InlineData("figure", false, null)]
    [InlineData("note figures", false, null)]
    public void A_question_may_name_a_stage(string line, bool isQuestion, string? name)
    {
        Assert.Equal(isQuestion, MarkLine.IsQuestion(line, out var stage));
        Assert.Equal(name, stage);
    }

    [Fact]
    public void Limits_hold()
    {
        Assert.False(MarkLine.TryParse("note " + new string('x', MarkLine.MaxBytes), 0, out _, out _));
        Assert.False(MarkLine.TryParse("stage " + new string('x', 201), 0, out _, out _));
        Assert.False(MarkLine.TryParse("epoch 1 " + string.Join(' ', Enumerable.Range(0, 65).Select(i => $"m{i}=1")), 0, out _, out var error));
        Assert.Contains("64 metrics", error);
    }
}
