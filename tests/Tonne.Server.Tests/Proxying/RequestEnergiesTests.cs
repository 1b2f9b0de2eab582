using Tonne.Hardware;
using Tonne.Ledgers.Calls;
using Tonne.Ledgers.Tests;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Runs;
using Tonne.Server.Proxying;

namespace Tonne.Server.Tests.Proxying;

public class RequestEnergiesTests
{
    const long Second = 1_000_000_000;

    static readonly RunOpening _opening = SampleRun.Opening("20261122-080000-aaaaaa");

    [Fact]
    public void The_energy_of_each_second_goes_to_the_requests_in_it()
    {
        var store = new RequestStore();
        var energies = new RequestEnergies(store, static _ => null);
        var (a, b) = (Pass(store, energies, from: 1, to: 2, output: 101), Pass(store, energies, from: 2, to: 4, output: 101));

        // 100 W in the first 4 s, of which 25 W idle; then nothing.
        Settle(energies, 10, isFinal: false, new(Component.Cpu, null, 0, 4 * Second, Joules(400), Joules(100)), new(Component.Cpu, null, 4 * Second, 10 * Second, default, default));

        // A has its second alone: 75 J by work and 25 J idle. B has two. The first second has no request: 100 J are idle.
        Assert.Equal((75, 25), (InJoules(a.Measured!.Energy.Work), InJoules(a.Measured.Energy.Idle)));
        Assert.Equal((150, 50), (InJoules(b.Measured!.Energy.Work), InJoules(b.Measured.Energy.Idle)));
        Assert.Equal((300, 100), (InJoules(energies.Totals.Requests), InJoules(energies.Totals.Idle)));
        Assert.Null(a.Measured.Energy.Reason);
        // No footprint was given: the energy of the facility is taken as the IT energy. 100 J ÷ 3600 J/Wh.
        Assert.Equal(100 / 3600d, a.Measured.WattHours, 1e-12);
        // 300 J for two times 101 tokens.
        Assert.Equal(300 / 202d, energies.GetPerToken("m")!.Value.Joules, 1e-9);
    }

    [Fact]
    public void Nothing_is_divided_beyond_what_every_part_of_the_machine_has_been_read_for()
    {
        var store = new RequestStore();
        var energies = new RequestEnergies(store, static _ => null);
        var request = Pass(store, energies, from: 1, to: 2, output: 101);
        JobEnergySlice cpu = new(Component.Cpu, null, 0, 10 * Second, Joules(100), default);

        Settle(energies, 10, isFinal: false, cpu, new(Component.Gpu, "0", 0, Second, Joules(10), default));
        Assert.Null(request.Measured);
        // The GPU is known for one second: 10 J, and 10 J of the processor.
        Assert.Equal(20, InJoules(energies.Totals.Counter + energies.Totals.Open));

        Settle(energies, 10, isFinal: false, cpu, new(Component.Gpu, "0", 0, Second, Joules(10), default), new(Component.Gpu, "0", Second, 10 * Second, Joules(90), default));
        // 10 W and 10 W in its second.
        Assert.Equal(20 / 3600d, request.Measured!.WattHours, 1e-12);
    }

    [Fact]
    public void Requests_and_idle_are_the_energy_of_the_run_to_the_microjoule_in_200_random_runs()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var store = new RequestStore();
            var energies = new RequestEnergies(store, static _ => null);
            var slices = CreateSlices(random, seconds: 30).ToList();
            var requests = Enumerable.Range(0, 20).Select(_ => random.NextDouble() * 28)
                .Select(from => Pass(store, energies, from, from + random.NextDouble() + 0.001, random.Next(0, 300))).ToList();

            for (var at = 3L; at < 30; at += random.Next(1, 9))
                Settle(energies, at, isFinal: false, [.. slices.Where(slice => slice.To <= at * Second)]);
            Settle(energies, 30, isFinal: true, [.. slices]);
            energies.Finish();

            Assert.Equal(slices.Sum(static slice => slice.Job.Value), energies.Totals.Counter.Value);
            Assert.Equal(energies.Totals.Requests.Value, requests.Sum(static request => request.Measured!.Energy.Total.Value));
        }
    }

    static IEnumerable<JobEnergySlice> CreateSlices(Random random, int seconds)
    {
        foreach (var component in new[] { Component.Cpu, Component.Gpu })
        {
            var from = 0L;
            while (from < seconds * Second)
            {
                var to = Math.Min(seconds * Second, from + random.NextInt64(1, 3 * Second));
                var job = random.NextInt64(0, 50_000_000);
                yield return new JobEnergySlice(component, null, from, to, new Microjoules(job), new Microjoules(random.NextInt64(0, job + 1)));
                from = to;
            }
        }
    }

    static ProxiedRequest Pass(RequestStore store, RequestEnergies energies, double from, double to, int output)
    {
        var (arrival, end) = (_opening.StartedAt.AddSeconds(from), _opening.StartedAt.AddSeconds(to));
        var request = new ProxiedRequest { Id = store.Begin(), Model = "m", Arrival = arrival, End = end, Tokens = new CallTokens(0, 0, output), Basis = TokenBasis.Reported };
        energies.Begin(request.Id, request.Model, arrival);
        store.End(request);
        energies.End(request.ToServed());
        return request;
    }

    static void Settle(RequestEnergies energies, double seconds, bool isFinal, params JobEnergySlice[] slices)
    {
        energies.Begin(_opening);
        foreach (var slice in slices)
            energies.Add(slice);
        energies.End(
            new RunRecord
            {
                Opening = _opening, Status = RunStatus.Running, DurationSeconds = seconds, JobCpuSeconds = 0, Samples = 0, Components = [], Stages = [], Epochs = [],
                QuarterHours = [], Gaps = [],
            }, null, isFinal);
    }

    static Microjoules Joules(double joules) => Microjoules.FromJoules(joules);

    static double InJoules(Microjoules energy) => energy.Value / 1e6;
}
