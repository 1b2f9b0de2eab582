using System.Globalization;
using System.Text;
using Tonne.Recording.EpochPatterns;
using Tonne.Runs;

namespace Tonne.Recording.Tests.EpochPatterns;

/// <summary>Steps of trainings that print no epoch.</summary>
public class StepTrackerTests
{
    [Theory]
    // nanoGPT, 2023.
    [InlineData("iter 100: loss 2.3456, time 12.34ms, mfu 10.55%", "step 100 loss=2.3456")]
    [InlineData("step 250: train loss 2.1, val loss 2.2", "step 250 loss=2.1 validation_loss=2.2")]
    // Megatron-LM core 0.8.
    [InlineData(" iteration      201/  250000 | consumed samples:       205824 | elapsed time per iteration (ms): 139113.4 | learning rate: 1.507E-05 | global batch size:  1024 | lm loss: 2.373574E+00 | loss scale: 1.0 | grad norm: 0.811 | number of skipped iterations:   0 | number of nan iterations:   0 |", "step 201 grad_norm=0.811 learning_rate=1.507E-05 lm_loss=2.373574 loss=2.373574 loss_scale=1")]
    // torchtitan 0.2.
    [InlineData("[titan] 2026-02-24 19:46:17,508 - root - INFO - \x1b[31mstep:  4  \x1b[32mloss:  7.62585  \x1b[38;2;180;60;0mgrad_norm: 26.6250  \x1b[38;2;54;234;195mmemory: 66.91GiB(37.51%)  \x1b[34mtps: 10,050  \x1b[36mtflops: 314.71  \x1b[35mmfu: 13.99%\x1b[39m", "step 4 grad_norm=26.625 loss=7.62585 mfu=0.1399 tflops=314.71 tokens_per_device=0")]
    // llm.c, 2024.
    [InlineData("step    5/19560 | loss 11.009421 (+nanz)| norm 15.3458 (+nanz)| lr 4.29e-07 | 300.12 ms | 52.3% bf16 MFU | 174000 tok/s", "step 5 learning_rate=4.29E-07 loss=11.009421 tokens=0")]
    // MLX-LM 0.20.
    [InlineData("Iter 10: Train loss 2.512, Learning Rate 1.000e-05, It/sec 1.2, Tokens/sec 500.1, Trained Tokens 4123, Peak mem 10.1 GB", "step 10 loss=2.512 tokens=0")]
    // TensorFlow 1 estimators.
    [InlineData("INFO:tensorflow:loss = 2.3025, step = 100 (1.2 sec)", "step 100 loss=2.3025")]
    // mmengine 0.10, by iterations.
    [InlineData("01/01 12:00:00 - mmengine - INFO - Iter(train) [   50/40000]  lr: 1.0000e-02  eta: 5:00:00  time: 0.5  data_time: 0.01  memory: 3201  loss: 2.5", "step 50 learning_rate=0.01 loss=2.5")]
    // detectron2 0.6.
    [InlineData("[01/01 12:00:00 d2.utils.events]:  eta: 0:10:00  iter: 19  total_loss: 5.4  loss_cls: 4.3  loss_box_reg: 0.2  time: 0.5  data_time: 0.01  lr: 0.001  max_mem: 3000M", "step 19 learning_rate=0.001 loss=5.4 loss_box_reg=0.2 loss_cls=4.3 total_loss=5.4")]
    // llama2.c, 2023.
    [InlineData("100 | loss 5.5000 | lr 1.0e-04 | 300.10ms | mfu 10.00%", "step 100 learning_rate=0.0001 loss=5.5")]
    public void A_line_of_one_step_is_read(string line, string mark) => Assert.Equal(["0s " + mark], Heard.From(line + "\n"));

    [Fact]
    public void Tokens_are_counted_from_what_is_printed()
    {
        // A total; a rate of 500 per second over the seconds between the lines; a number per step, printed once at the start.
        Assert.Equal("2s step 3 loss=1 tokens=2000", Heard.From("step 1 | loss: 3.0 | consumed tokens: 1000\n", "step 2 | loss: 2.0 | consumed tokens: 2000\n", "step 3 | loss: 1.0 | consumed tokens: 3000\n")[^1]);
        Assert.Equal("2s step 3 loss=1 tokens=1000", Heard.From("step 1 | loss: 3.0 | tok/sec: 500.0\n", "step 2 | loss: 2.0 | tok/sec: 500.0\n", "step 3 | loss: 1.0 | tok/sec: 500.0\n")[^1]);
        Assert.Equal("3s step 3 loss=1 tokens=983040", Heard.From("tokens per iteration will be: 491,520\n", "iter 1: loss 3.0\n", "iter 2: loss 2.0\n", "iter 3: loss 1.0\n")[^1]);
    }

    [Fact]
    public void Many_steps_make_few_marks()
    {
        var marks = new List<Mark>();
        var detector = new EpochDetector(EpochPattern.Auto, null, marks.Add);
        // 200,000 steps of 0.1 s: 5.6 hours.
        for (var step = 1; step <= 200_000; step++)
            detector.Output.Process(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"iter {step}: loss {3 - (step * 1e-5):0.0000}, time 100.00ms\n")), step * 100_000_000L);
        detector.Finish(200_001 * 100_000_000L);

        Assert.InRange(marks.Count, 1000, 3000);
        Assert.Equal((1, 200_000), (marks[0].Number, marks[^1].Number));
        Assert.Equal(marks.Select(mark => mark.Number).Order(), marks.Select(mark => mark.Number));
    }

    [Fact]
    public void Steps_are_not_reported_once_an_epoch_was() =>
        Assert.Equal(["0s epoch 1 loss=0.5", "2s epoch 2 loss=0.4"], Heard.From("Epoch 1/2 loss=0.5\n", "step 2: loss 0.8\n", "Epoch 2/2 loss=0.4\n", "step 3: loss 0.4\n"));

    [Fact]
    public void Steps_that_begin_again_are_another_series() =>
        Assert.Equal(
            ["0s step 1 loss=0.9", "1s step 2 loss=0.8", "2s step 1 loss=0.7", "3s step 2 loss=0.6"],
            Heard.From("step 1: loss 0.9\n", "step 2: loss 0.8\n", "step 1: loss 0.7\n", "step 2: loss 0.6\n"));
}
