using Tonne.Comparing;
using FsCheck;
using FsCheck.Fluent;

namespace Tonne.Tests.Comparing;

public class ParetoFrontTests
{
    static readonly ParetoObjective<(int Accuracy, int Energy)>[] _objectives =
        [new("accuracy", point => point.Accuracy, MoreIsBetter: true), new("energy", point => point.Energy, MoreIsBetter: false)];

    [Fact]
    public void A_front_worked_out_by_hand()
    {
        // b beats a (same accuracy, less energy), c trades, d is beaten by b and by c, e equals c.
        (int Accuracy, int Energy)[] points = [(90, 10), (90, 8), (95, 20), (80, 20), (95, 20)];

        var front = new ParetoFront<(int Accuracy, int Energy)>(points, _objectives);

        Assert.Equal([(95, 20), (95, 20), (90, 8)], front.Front);
        Assert.Equal(new int?[] { 1, null, null, 1, null }, Enumerable.Range(0, 5).Select(front.DominatedBy));
    }

    [Fact]
    public void Whatever_is_off_the_front_is_dominated_by_something_on_it_and_nothing_on_it_by_anything()
    {
        var point = from accuracy in Gen.Choose(0, 6) from energy in Gen.Choose(0, 6) select (accuracy, energy);
        Prop.ForAll(Gen.ListOf(point).ToArbitrary(), drawn =>
        {
            var points = drawn.ToArray();
            var front = new ParetoFront<(int Accuracy, int Energy)>(points, _objectives);
            for (var i = 0; i < points.Length; i++)
            {
                if (front.DominatedBy(i) is { } by)
                    Assert.True(front.IsOnFront(by) && Beats(points[by], points[i]));
                else
                    Assert.DoesNotContain(points, other => Beats(other, points[i]));
            }

            return points.Length == 0 || front.Front.Length > 0;
        }).QuickCheckThrowOnFailure();

        static bool Beats((int Accuracy, int Energy) a, (int Accuracy, int Energy) b) =>
            a.Accuracy >= b.Accuracy && a.Energy <= b.Energy && a != b;
    }

    [Fact]
    public void The_front_of_the_front_is_itself_and_the_order_of_the_points_does_not_matter()
    {
        var random = new Random(7);
        var points = Enumerable.Range(0, 200).Select(_ => (random.Next(100), random.Next(100))).ToArray();
        var front = new ParetoFront<(int Accuracy, int Energy)>(points, _objectives).Front;

        random.Shuffle(points);

        Assert.Equal(front, new ParetoFront<(int Accuracy, int Energy)>(points, _objectives).Front);
        Assert.Equal(front, new ParetoFront<(int Accuracy, int Energy)>(front, _objectives).Front);
    }

    [Fact]
    public void One_objective_leaves_the_best_of_it_and_a_value_that_is_no_number_is_refused_by_name()
    {
        Assert.Equal([(3, 0)], new ParetoFront<(int Accuracy, int Energy)>([(1, 5), (3, 0), (2, 1)], _objectives[0]).Front);

        var error = Assert.Throws<ArgumentException>(() => new ParetoFront<double>([1, double.NaN], new ParetoObjective<double>("latency (ms)", x => x, false)));
        Assert.Contains("latency (ms)", error.Message);
    }
}
