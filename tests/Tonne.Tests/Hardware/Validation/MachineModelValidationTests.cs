using Tonne.Hardware;

namespace Tonne.Tests.Hardware.Validation;

public class MachineModelValidationTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void The_interval_of_a_machine_known_by_name_holds_90_to_99_of_100_published_machines_left_out_of_its_fit(bool idle, bool wholeFamily)
    {
        var verdict = new Verdict(LeftOut.ByName(idle, wholeFamily));

        Assert.True(verdict.Cases > 590);
        Assert.InRange(verdict.Share, 0.90, 0.99);
        Assert.True(verdict.Holds, $"{verdict.Hits} of {verdict.Cases}");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void The_interval_of_a_machine_whose_name_is_hidden_holds_90_to_99_of_100_published_machines_left_out_of_its_fit(bool idle, bool wholeFamily)
    {
        var verdict = new Verdict(LeftOut.ByNumbers(idle, wholeFamily));

        Assert.InRange(verdict.Share, 0.90, 0.99);
        Assert.True(verdict.Holds, $"{verdict.Hits} of {verdict.Cases}");
    }

    [Fact]
    public void Its_width_is_that_of_the_page()
    {
        // High over low, median over machines: idle 2.6 and full load 1.6 by name, 3.2 and 1.8 by numbers.
        Assert.Equal(2.6, new Verdict(LeftOut.ByName(idle: true, wholeFamily: false)).MedianWidth, 0.1);
        Assert.Equal(1.6, new Verdict(LeftOut.ByName(idle: false, wholeFamily: false)).MedianWidth, 0.1);
        Assert.Equal(3.2, new Verdict(LeftOut.ByNumbers(idle: true, wholeFamily: false)).MedianWidth, 0.1);
        Assert.Equal(1.8, new Verdict(LeftOut.ByNumbers(idle: false, wholeFamily: false)).MedianWidth, 0.1);
    }

    [Fact]
    public void An_unknown_processor_holds_micro_architectures_it_never_saw()
    {
        // Nineteen medians are too few to exclude both limits; below 90 % is what must not be shown.
        foreach (var idle in new[] { true, false })
        {
            var verdict = new Verdict(LeftOut.Unknown(idle));
            Assert.True(verdict.Cases >= 15);
            Assert.True(verdict.Share >= 0.90, $"{verdict.Hits} of {verdict.Cases}");
        }
    }

    [Fact]
    public void The_shipped_table_is_the_fit_of_the_published_machines()
    {
        foreach (var group in PublishedMachine.All.GroupBy(machine => machine.Microarchitecture))
        {
            var row = CpuCatalog.AllArchitectures.Single(row => row.Name == group.Key && row.Segment != "board" && row.Machines > 0);
            Assert.Equal(row.Machines, group.Count());
            var (idle, idleSigma) = LeftOut.Fit([.. group.Select(machine => Math.Log(machine.Idle / machine.Threads))], 0.30);
            var (full, fullSigma) = LeftOut.Fit([.. group.Select(machine => Math.Log(machine.Full / machine.Threads))], 0.15);
            var (socket, socketSigma) = LeftOut.Fit([.. group.Select(machine => Math.Log(machine.Idle / machine.Chips))], 0.25);
            // Printed with three or four digits; medians of an even number are taken of watts there and of logarithms here.
            Assert.Equal(row.IdleWatts, Math.Exp(idle), 0.08 * row.IdleWatts);
            Assert.Equal(row.FullWatts, Math.Exp(full), 0.08 * row.FullWatts);
            Assert.Equal(row.IdleSigma, idleSigma, 0.002);
            Assert.Equal(row.FullSigma, fullSigma, 0.002);
            Assert.Equal(row.IdlePerSocket!.Value.Watts, Math.Exp(socket), 0.001 * Math.Exp(socket));
            Assert.Equal(row.IdlePerSocket.Value.Sigma, socketSigma, 0.002);
            double[] over = [.. group.Where(machine => machine.Tdp is not null).Select(machine => Math.Log(machine.Full / machine.Chips / machine.Tdp!.Value))];
            Assert.Equal(over.Length > 0, row.FullLoadPowerOverTdp is not null);
            if (over.Length > 0)
            {
                var (centre, sigma) = LeftOut.Fit(over, 0.125);
                Assert.Equal(row.FullLoadPowerOverTdp!.Value.Watts, Math.Exp(centre), 0.001 * Math.Exp(centre));
                Assert.Equal(row.FullLoadPowerOverTdp.Value.Sigma, sigma, 0.002);
            }
        }
    }

    [Fact]
    public void The_binomial_distribution_is_exact()
    {
        // By hand: P(X ≤ 1 | 3, ½) = (1 + 3)/8; P(X ≥ 2 | 3, 0.9) = 3 · 0.81 · 0.1 + 0.729.
        Assert.Equal(0.5, ExactBinomial.AtMost(1, 3, 0.5), 1e-12);
        Assert.Equal(0.972, ExactBinomial.AtLeast(2, 3, 0.9), 1e-12);
        // Clopper and Pearson, 8 of 10: 0.4439 to 0.9748 (tables of exact binomial limits).
        var (low, high) = ExactBinomial.Interval(8, 10);
        Assert.Equal(0.4439, low, 0.0001);
        Assert.Equal(0.9748, high, 0.0001);
        // Conover 1971, p. 97, as on R's help page of binom.test: 682 of 925, 0.7076683 to 0.7654066.
        (low, high) = ExactBinomial.Interval(682, 925);
        Assert.Equal(0.7076683, low, 1e-7);
        Assert.Equal(0.7654066, high, 1e-7);
        Assert.Equal(1, ExactBinomial.AtMost(600, 600, 0.99), 1e-9);
    }

    [Fact]
    public void The_test_fails_where_intervals_are_too_narrow_or_too_wide()
    {
        var trials = LeftOut.ByName(idle: true, wholeFamily: false);

        Assert.False(new Verdict([.. trials.Select(trial => trial with { Low = Math.Sqrt(trial.Low * trial.Best), High = Math.Sqrt(trial.High * trial.Best) })]).Holds);
        Assert.False(new Verdict([.. trials.Select(trial => trial with { Low = trial.Low / 4, High = trial.High * 4 })]).Holds);
        Assert.False(new Verdict([.. trials.Take(20)]).HasPower);
    }

    [Fact]
    public void The_page_says_what_the_test_found()
    {
        Golden.Matches("../../docs/methods/machine-model-validation.md", MachineModelValidation.Page());
        Golden.Matches("../../docs/methods/machine-model-validation-cases.csv", MachineModelValidation.Cases());
    }
}
