using Tonne.Statistics;

namespace Tonne.Tests.Statistics;

public class CholeskyFactorTests
{
    // The textbook example: the factor is (2 | 6 1 | -8 5 3), so the determinant is (2 · 1 · 3)² = 36.
    static readonly double[] _matrix = [4, 12, -16, 12, 37, -43, -16, -43, 98];

    [Fact]
    public void The_determinant_is_that_of_the_squared_diagonal() =>
        Assert.Equal(Math.Log(36), new CholeskyFactor(_matrix, 3).LogDeterminant, 1e-12);

    // By hand: the matrix times (1, 2, 3) is (-20, -43, 192).
    [Fact]
    public void A_system_is_solved_to_the_vector_it_was_made_from()
    {
        var solution = new CholeskyFactor(_matrix, 3).Solve([-20, -43, 192]);

        Assert.Equal([1, 2, 3], solution.Select(value => Math.Round(value, 10)));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new CholeskyFactor(_matrix, 2));
        Assert.Throws<ArgumentException>(() => new CholeskyFactor(_matrix, 3).Solve([1, 2]));
    }
}
