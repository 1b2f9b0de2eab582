using System.Collections.Immutable;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Recording.Tests.Attribution;

/// <summary>
/// Generated layouts of nodes, devices and ranks that join, leave, are killed and take over: no joule is lost or counted twice.
/// </summary>
/// <remarks>
/// The laws need no expected numbers: ranks = job, job + others + idle = machine, and the machine's energy of a metered part is what its
/// counter grew by, which the generator knows.
/// </remarks>
public class RankLayoutTests
{
    const int Layouts = 10_000;

    /// <summary>The records of the ranks themselves take ten times as long, so only every so many layouts are checked for them.</summary>
    const int LayoutsPerOwnRecords = 20;

    [Fact]
    public void Ranks_others_and_idle_are_the_machine_in_10_000_layouts() => Parallel.For(0, Layouts, seed =>
    {
        var random = new Random(seed);
        for (var nodes = random.Next(1, 5); nodes > 0; nodes--)
            Check(new Node(random), seed);
    });

    static void Check(Node node, int seed)
    {
        var record = node.Trace.RecordQuickly();
        var name = $"layout {seed}";
        Assert.Equal(node.Members, record.Ranks!.Count);
        foreach (var use in record.Components)
        {
            var what = $"{name}: {use.Component} {use.Device}";
            var ranks = record.Ranks.Sum(rank => rank.Energy.Where(one => one.Component == use.Component && one.Device == use.Device).Sum(one => one.Microjoules));
            Assert.True(ranks == use.JobMicrojoules, $"{what}: the ranks have {ranks} µJ, the job {use.JobMicrojoules}");
            Assert.True(use.JobMicrojoules + use.OthersMicrojoules + use.IdleMicrojoules == use.MachineMicrojoules, what + ": the parts are not the machine");
            Assert.True(use is { JobMicrojoules: >= 0, OthersMicrojoules: >= 0, IdleMicrojoules: >= 0 }, what + ": a part is negative");
        }

        // A device is counted once, however many ranks have it open: by the growth of its counter.
        foreach (var (device, microjoules) in node.Counted)
        {
            var use = Assert.Single(record.Components, one => one.Component == (device.Length == 0 ? Component.Cpu : Component.Gpu) && (device.Length == 0 || one.Device == device));
            Assert.True(use.MachineMicrojoules == microjoules, $"{name}: the counter of '{device}' grew by {microjoules} µJ, the record has {use.MachineMicrojoules}");
        }

        if (seed % LayoutsPerOwnRecords > 0)
            return;
        // What the ranks' own records state as theirs is what the run's record states for them.
        var sum = 0L;
        for (var member = 0; member < node.Members; member++)
        {
            var own = node.Trace.RecordOf(member);
            foreach (var use in own.Components)
                Assert.True(use.JobMicrojoules + use.OthersMicrojoules + use.IdleMicrojoules == use.MachineMicrojoules, $"{name}: member {member}: the parts are not the machine");
            Assert.True(own.Stages.Sum(stage => stage.Energy.Sum(use => use.Microjoules)) == own.Components.Sum(use => use.JobMicrojoules), $"{name}: member {member}: stages are not the job");
            sum += own.Components.Sum(use => use.JobMicrojoules);
        }

        var job = record.Components.Sum(use => use.JobMicrojoules);
        Assert.True(sum == job, $"{name}: the ranks' own records have {sum} µJ, the job {job}");
    }

    /// <summary>The trace of one node.</summary>
    sealed class Node
    {
        readonly Random _random;
        readonly List<Member> _members = [];
        readonly int _gpus;
        readonly bool _plugged;
        readonly bool _metered;
        readonly bool _holders;
        readonly long[] _gpuTime;
        readonly long[] _gpuCounter;
        long _busy;
        long _package;
        long _wall;
        int _next;

        public Node(Random random)
        {
            _random = random;
            _gpus = random.Next(0, 5);
            (_metered, _plugged, _holders) = (random.Next(2) == 0, random.Next(4) == 0, random.Next(3) > 0);
            (_gpuTime, _gpuCounter) = (new long[_gpus], [.. Enumerable.Range(0, _gpus).Select(_ => random.NextInt64(1_000_000_000))]);
            (_package, _wall) = (random.NextInt64(1_000_000_000), random.NextInt64(1_000_000_000));
            Trace = ScriptedTrace.Of(
                [.. DescribeMeters()], [.. DescribeBases()], (SharePolicy)random.Next(3),
                [("plug/meter", "J", 1), ("plug-cpu/plug/meter", "J", 1 / 1.4), ("plug-other/plug/meter", "J", 0.4 / 1.4),
                    .. Enumerable.Range(0, _gpus).SelectMany(i => new[]
                    {
                        ($"gpu-{i}/meter", "J", 1.0), ($"gpu-{i}/idle-power", "s", 50), ($"gpu-{i}/idle", "s", 50), ($"gpu-{i}/busy", "s", 300),
                        ($"plug-cpu/gpu-{i}/meter", "J", 1 / 1.4), ($"plug-other/gpu-{i}/meter", "J", 0.4 / 1.4),
                    })]);
            Play();
        }

        public ScriptedTrace Trace { get; }

        public int Members => _next;

        /// <summary>Growth of each counter in µJ, by device; the processors' is without a name.</summary>
        public Dictionary<string, long> Counted { get; } = [];

        IEnumerable<MeterDescription> DescribeMeters()
        {
            yield return Busy;
            yield return Job;
            yield return Resident;
            if (_metered)
                yield return Package(0);
            for (var i = 0; i < _gpus; i++)
            {
                var device = i.ToString(CultureInfo.InvariantCulture);
                yield return new MeterDescription("gpu:" + i, Component.Gpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: device);
                yield return new MeterDescription($"gpu:{i}/time", Component.Gpu, MeterKind.DeviceTime, MeterRole.Busy, Device: device);
                if (!_holders)
                    continue;
                yield return new MeterDescription($"gpu:{i}/job", Component.Gpu, MeterKind.DeviceTime, MeterRole.Job, Device: device);
                yield return new MeterDescription($"gpu:{i}/holders", Component.Gpu, MeterKind.Holders, MeterRole.Busy, Device: device);
                yield return new MeterDescription($"gpu:{i}/own", Component.Gpu, MeterKind.Holders, MeterRole.Job, Device: device);
            }

            if (_plugged)
                yield return new MeterDescription("wall", Component.Platform, MeterKind.EnergyCounter, MeterRole.Machine);
        }

        IEnumerable<ComponentBasis> DescribeBases()
        {
            yield return _metered ? new(Component.Cpu, Quality.Measured, ["rapl:package-0"], "cpu/meter", "cpu/idle-power", null, 2, "scripted")
                : _plugged ? new(Component.Cpu, Quality.Measured, ["wall"], "plug/meter", "cpu/idle-power", null, 2, "scripted")
                : new(Component.Cpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 2, "scripted");
            yield return new(Component.Memory, Quality.Modelled, [], null, "memory/held", null, 8, "scripted");
            for (var i = 0; i < _gpus; i++)
                yield return new(Component.Gpu, Quality.Measured, ["gpu:" + i], $"gpu-{i}/meter", $"gpu-{i}/idle-power", null, 1, "scripted", i.ToString(CultureInfo.InvariantCulture));
            yield return new(Component.Other, _plugged ? Quality.Measured : Quality.Modelled, [], null, null, null, 0, "scripted");
            if (_plugged)
                yield return new(Component.Platform, Quality.Measured, ["wall"], "plug/meter", null, null, 1, "scripted");
        }

        void Play()
        {
            var ranks = _random.Next(1, 17);
            var samples = _random.Next(2, 9);
            var at = 0.0;
            Join(at);
            Sample(at, 0);
            var (package, gpus) = (_package, _gpuCounter.ToArray());
            for (var i = 1; i <= samples; i++)
            {
                var seconds = 0.02 + (_random.NextDouble() * 3);
                while (_next < ranks && _random.Next(2) == 0)
                    Join(at + (seconds * _random.NextDouble()));
                at += seconds;
                if (_random.Next(6) == 0)
                    Trace.TakeOver(at, _random.Next(_next), 0);
                // A recorder that is killed takes no sample; the counters go on.
                if (i < samples && _random.Next(8) == 0)
                    Work(seconds);
                else
                    Sample(at, seconds);
                foreach (var (number, member) in _members.Index().ToList())
                {
                    if (!member.HasLeft && i < samples && _random.Next(10) == 0)
                        Leave(at, number);
                }
            }

            foreach (var (number, member) in _members.Index().ToList())
            {
                if (!member.HasLeft)
                    Leave(at, number);
            }

            if (_random.Next(4) > 0)
                Trace.End(at, jobSeconds: _members.Sum(member => member.Cpu) / 1e9);
            if (_metered)
                Counted[""] = _package - package;
            for (var i = 0; i < _gpus; i++)
                Counted[i.ToString(CultureInfo.InvariantCulture)] = _gpuCounter[i] - gpus[i];
        }

        void Join(double at)
        {
            var reserved = _random.Next(3) == 0;
            var devices = Enumerable.Range(0, _gpus).Where(_ => _random.Next(2) == 0).ToHashSet();
            var meters = ImmutableArray.CreateBuilder<MeterDescription>();
            meters.AddRange(RankCpu, RankMemory);
            for (var i = 0; _holders && i < _gpus; i++)
            {
                var device = i.ToString(CultureInfo.InvariantCulture);
                meters.Add(new MeterDescription($"gpu:{i}/job", Component.Gpu, MeterKind.DeviceTime, MeterRole.Job, Device: device));
                meters.Add(new MeterDescription($"gpu:{i}/own", Component.Gpu, MeterKind.Holders, MeterRole.Job, Device: device));
            }

            _members.Add(new Member(devices, new long[_gpus]));
            Trace.Change(new RankEvent
            {
                Kind = RankEventKind.Joined, Timestamp = (long)(at * 1e9), Member = _next, Rank = _random.Next(20), Meters = meters.ToImmutable(),
                ReservedShare = reserved ? 0.1 + (_random.NextDouble() * 0.4) : null,
                Reservation = reserved ? "cpus " + _random.Next(3) : null,
                ExcludedDevices = [.. Enumerable.Range(0, _gpus).Where(i => !devices.Contains(i)).Select(i => i.ToString(CultureInfo.InvariantCulture))],
            });
            _next++;
        }

        void Leave(double at, int number)
        {
            var member = _members[number];
            member.HasLeft = true;
            // Some were killed, and of some the kernel counted more than sampling saw.
            var killed = _random.Next(5) == 0;
            if (!killed && _random.Next(3) == 0)
                member.Cpu += _random.NextInt64(500_000_000);
            Trace.Leave(at, number, 0, killed ? null : _random.Next(3), killed ? null : member.Cpu / 1e9);
        }

        void Work(double seconds)
        {
            var free = (long)(2 * seconds * 1e9);
            foreach (var member in _members.Where(member => !member.HasLeft))
            {
                var used = _random.NextInt64(1 + (free / 2));
                (member.Cpu, _busy, free) = (member.Cpu + used, _busy + used, free - used);
                member.Resident = _random.NextInt64(1_000_000_000);
            }

            _busy += _random.NextInt64(1 + free);
            _package += (long)(seconds * 1e6 * (2 + (_random.NextDouble() * 200)));
            _wall += (long)(seconds * 1e6 * (_random.NextDouble() * 3000));
            for (var i = 0; i < _gpus; i++)
            {
                _gpuCounter[i] += (long)(seconds * 1e6 * (20 + (_random.NextDouble() * 600)));
                var time = (long)(seconds * 1e9 * _random.NextDouble());
                _gpuTime[i] += time;
                foreach (var member in _members.Where(member => !member.HasLeft && member.Devices.Contains(i)))
                {
                    var used = _random.NextInt64(1 + time);
                    (member.GpuTime[i], time) = (member.GpuTime[i] + used, time - used);
                }
            }
        }

        void Sample(double at, double seconds)
        {
            if (seconds > 0)
                Work(seconds);
            var readings = new List<Reading>
            {
                Reading.FromValue(_busy), Reading.FromValue(_members.Sum(member => member.Cpu)), Reading.FromValue(_members.Where(member => !member.HasLeft).Sum(member => member.Resident)),
            };
            if (_metered)
                readings.Add(Reading.FromValue(_package));
            for (var i = 0; i < _gpus; i++)
            {
                readings.AddRange(Reading.FromValue(_gpuCounter[i]), Reading.FromValue(_gpuTime[i]));
                var own = _members.Count(member => !member.HasLeft && member.Devices.Contains(i));
                if (_holders)
                    readings.AddRange(Reading.FromValue(_members.Sum(member => member.GpuTime[i])), Reading.FromValue(own + _random.Next(2)), Reading.FromValue(own));
            }

            if (_plugged)
                readings.Add(Reading.FromValue(_wall));
            Trace.Sample(at, [.. _members.SelectMany(GetValues)], [.. readings]);
        }

        IEnumerable<long> GetValues(Member member)
        {
            yield return member.Cpu;
            yield return member.Resident;
            for (var i = 0; _holders && i < _gpus; i++)
            {
                yield return member.GpuTime[i];
                yield return !member.HasLeft && member.Devices.Contains(i) ? 1 : 0;
            }
        }
    }

    sealed class Member(HashSet<int> devices, long[] gpuTime)
    {
        public HashSet<int> Devices { get; } = devices;

        public long[] GpuTime { get; } = gpuTime;

        public long Cpu { get; set; }

        public long Resident { get; set; }

        public bool HasLeft { get; set; }
    }
}
