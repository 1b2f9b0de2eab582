using Tonne.Lab.Training;

namespace Tonne.Lab.Tests.Training;

public class InputDropoutTests
{
    static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];

    [Fact]
    public void As_many_inputs_are_left_out_as_asked_and_the_mean_is_kept()
    {
        var (left, sum) = (0, 0d);
        for (var row = 0; row < 1000; row++)
        {
            var values = Ones(512);
            new InputDropout(new TrainingPlan { InputDropout = 0.25 }, 7).Apply(values, row);
            left += values.Count(value => value == 0);
            sum += values.Sum();
        }

        // 512,000 draws of probability 0.25: the standard deviation of their share is 0.0006.
        Assert.Equal(0.25, left / 512_000d, 0.003);
        Assert.Equal(1, sum / 512_000d, 0.005);
    }

    [Fact]
    public void A_step_a_row_and_a_seed_leave_out_the_same_again_and_others_others()
    {
        static float[] Of(int seed, long step, int row)
        {
            var values = Ones(64);
            new InputDropout(new TrainingPlan { InputDropout = 0.5, Seed = seed }, step).Apply(values, row);
            return values;
        }

        Assert.Equal(Of(1, 2, 3), Of(1, 2, 3));
        Assert.NotEqual(Of(1, 2, 3), Of(1, 2, 4));
        Assert.NotEqual(Of(1, 2, 3), Of(1, 3, 3));
        Assert.NotEqual(Of(1, 2, 3), Of(2, 2, 3));
    }

    [Fact]
    public void None_is_none()
    {
        var values = Ones(9);
        new InputDropout(new TrainingPlan(), 1).Apply(values, 0);
        Assert.Equal(Ones(9), values);
    }
}
