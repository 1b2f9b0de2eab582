using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Tonne.Instruments.Diagnostics;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Instruments.Rapl;
using Tonne.Instruments.Tests.Machines;
using Tonne.Instruments.Tests.Rapl;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Malformed;

/// <summary>Ten thousand malformed files: no crash, and never a zero where there is no number. The oracle below reads numbers in another way than the product does.</summary>
public sealed class MalformedInputsTests
{
    const int Seed = 10_000;
    const int Texts = 9_400;

    /// <summary>Files of whole machines are dearer: each is written, the machine discovered, and every meter read.</summary>
    const int Machines = 660;

    const string Stat = "cpu  4705 356 584 3699176 23060 0 277 12 0 0\ncpu0 1393280 32966 572056 13343292 6130 0 17875 0 23933 0\nintr 114930548\n";
    const string ProcessText = "1234 (a (strange) name) S 1 1234 1234 0 -1 4194560 100 2000 0 0 15 7 30 12 20 0 1 0 5551212 1000000 250 18446744073709551615\n";
    const string CpuStat = "usage_usec 123456\nuser_usec 100000\nsystem_usec 23456\nnr_periods 0\n";
    const string Groups = "13:cpu,cpuacct:/slurm/job_1\n12:memory:/slurm/job_1\n0::/user.slice/a.scope\n";
    const string Mounts = "24 30 0:22 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw\n25 30 0:23 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n26 30 0:24 / /sys/fs/cgroup/with\\040blank rw - cgroup cgroup rw,memory\n";

    [Fact]
    public void Ten_thousand_malformed_inputs_crash_nothing_are_never_a_silent_zero_and_come_out_alike_each_time()
    {
        Outcomes(Texts, Machines, out var inputs);

        Assert.True(inputs >= 10_000, $"{inputs} inputs");
        Assert.Equal(Outcomes(Texts / 10, Machines / 10, out _), Outcomes(Texts / 10, Machines / 10, out _));
    }

    static string Outcomes(int texts, int machines, out int inputs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        inputs = TextsDistorted(hash, texts) + MachinesDistorted(hash, machines);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    static void Note(IncrementalHash hash, string outcome) => hash.AppendData(Encoding.UTF8.GetBytes(outcome));

    static int TextsDistorted(IncrementalHash hash, int inputs)
    {
        var random = new Random(Seed);
        var distortion = new Distortion(random);
        var cpuinfo = Encoding.UTF8.GetBytes(CpuInfoTests.TwoSockets());
        for (var i = 0; i < inputs; i++)
        {
            Note(hash, (i % 7) switch
            {
                0 => Times(distortion.Of(Encoding.UTF8.GetBytes(Stat))),
                1 => Process(distortion.Of(Encoding.UTF8.GetBytes(ProcessText))),
                2 => Keyed(distortion.Of(Encoding.UTF8.GetBytes(CpuStat))),
                3 => Cpu(distortion.Of(cpuinfo)),
                4 => Places(distortion.Of(Encoding.UTF8.GetBytes(Mounts)), distortion.Of(Encoding.UTF8.GetBytes(Groups))),
                5 => List(distortion.Of("0-3,8,10-11\n"u8.ToArray())),
                _ => Number(distortion.Of("68000123456\n"u8.ToArray())),
            });
        }

        return inputs;
    }

    static string Times(byte[] text)
    {
        var read = CpuTimes.TryParse(text, out var times);
        var line = Encoding.Latin1.GetString(text);
        var end = line.IndexOf('\n', StringComparison.Ordinal);
        var fields = end < 0 || !line.StartsWith("cpu ", StringComparison.Ordinal) ? null : line[4..end].Split([' ', '\t', '\r', '\0'], StringSplitOptions.RemoveEmptyEntries);
        BigInteger? busy = fields is { Length: >= 4 } && fields.Take(8).All(IsWhole)
            ? Field(0) + Field(1) + Field(2) + Field(5) + Field(6) : null;
        // What is read is what is written: 10 ms a tick.
        if (read)
            Assert.Equal(busy * CpuTimes.NanosecondsPerTick, times.Busy);
        if (busy is null)
            Assert.False(read);
        return $"{read} {times}";

        BigInteger Field(int i) => i < fields!.Length ? BigInteger.Parse(fields[i], CultureInfo.InvariantCulture) : 0;
    }

    static string Process(byte[] text)
    {
        var read = ProcessStat.TryParse(text, out var stat);
        var line = Encoding.Latin1.GetString(text);
        var rest = line[(line.LastIndexOf(')') + 1)..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (read)
        {
            Assert.True(stat.OwnNanoseconds >= 0 && stat.ReapedNanoseconds >= 0 && stat.StartTicks >= 0 && stat.ParentId >= 0);
            // Fields 14 and 15, counted from the state, which is 3.
            Assert.True(rest.Length >= 20, line);
            if (IsWhole(rest[11]) && IsWhole(rest[12]))
                Assert.Equal(BigInteger.Min(Parse(rest[11]), Most) + BigInteger.Min(Parse(rest[12]), Most), stat.OwnNanoseconds / CpuTimes.NanosecondsPerTick);
        }

        return $"{read} {stat}";

        static BigInteger Parse(string field) => BigInteger.Parse(field, CultureInfo.InvariantCulture);
    }

    static BigInteger Most => long.MaxValue / (4 * CpuTimes.NanosecondsPerTick);

    static string Keyed(byte[] text)
    {
        var read = KernelText.TryReadKeyed(text, "usage_usec"u8, out var value);
        var line = Encoding.Latin1.GetString(text).Split('\n').FirstOrDefault(line => line.StartsWith("usage_usec ", StringComparison.Ordinal) || line.StartsWith("usage_usec\t", StringComparison.Ordinal));
        if (read)
            Assert.Equal(Whole(line![10..].Split([' ', '\t', '\r', '\0'], StringSplitOptions.RemoveEmptyEntries)[0]), value);
        else
            Assert.Equal(0, value);
        return $"{read} {value}";
    }

    static string Cpu(byte[] text)
    {
        var cpu = CpuInfo.Parse(Encoding.UTF8.GetString(text));
        Assert.True(cpu.Threads >= 0 && cpu.Sockets is null or > 0 && cpu.ThreadsPerCore is null or > 0 && cpu.Family is null or >= 0 && cpu.Name is null or { Length: > 0 });
        return cpu.ToString();
    }

    static string Places(byte[] mounts, byte[] groups)
    {
        var places = ControlGroupLocator.Parse(Encoding.UTF8.GetString(mounts), Encoding.UTF8.GetString(groups));
        Assert.All(places, place => Assert.Equal(place.Mount, place.Folder[..Math.Min(place.Folder.Length, place.Mount.Length)]));
        return string.Join(';', places.Select(place => place.Folder));
    }

    static string List(byte[] text)
    {
        var list = Encoding.UTF8.GetString(text);
        var count = CpuList.Count(list);
        var members = CpuList.ParseMembers(list);
        Assert.True(count is null or > 0);
        if (members is not null)
            Assert.Equal(count, members.Count);
        return $"{count} {members?.Count}";
    }

    static string Number(byte[] text)
    {
        var read = KernelText.TryParseNumber(text, out var value);
        Assert.Equal(Whole(Encoding.Latin1.GetString(text)), read ? value : null);
        return $"{read} {value}";
    }

    /// <summary>Each machine with one of its files distorted at a time: what its meters then say is what is written, or a gap.</summary>
    static int MachinesDistorted(IncrementalHash hash, int inputs)
    {
        var random = new Random(Seed + 1);
        var distortion = new Distortion(random);
        var names = TreeOnDisk.All.ToArray();
        for (var machine = 0; machine < names.Length; machine++)
        {
            using var disk = TreeOnDisk.Of(names[machine]);
            WithEvents(disk);
            // A serial number's place in a bundle and the list of refusals are no inputs of meters.
            var files = Directory.EnumerateFiles(disk.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
            for (var round = 0; round < inputs / names.Length; round++)
            {
                var path = files[random.Next(files.Length)];
                var sound = File.ReadAllBytes(path);
                File.WriteAllBytes(path, distortion.Of(sound));
                Note(hash, Seen(disk, path[disk.Root.Length..]));
                File.WriteAllBytes(path, sound);
            }
        }

        return inputs / names.Length * names.Length;
    }

    /// <summary>An energy unit besides, as most processors have one.</summary>
    static void WithEvents(TreeOnDisk disk) => disk.With("sys/devices/power/type", "14\n").With("sys/devices/power/cpumask", "0\n").With("sys/devices/power/events/energy-pkg", "event=0x02\n")
        .With("sys/devices/power/events/energy-pkg.unit", "Joules\n").With("sys/devices/power/events/energy-pkg.scale", "2.3283064365386962890625e-10\n").With("proc/stat", Stat);

    static string Seen(TreeOnDisk disk, string distorted)
    {
        var tree = new FileTree(disk.Root);
        using var found = MachineDiscovery.Discover(tree);
        using var rapl = new RaplMeters(tree, found.Description, new StandInPerfEvents());
        var said = new StringBuilder(distorted);
        var honest = 0;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var meter in found.EnergyMeters.Concat(found.CpuTimeMeters))
        {
            var description = meter.Description;
            Assert.True(ids.Add(description.Id), $"{description.Id} twice");
            Assert.True(description.CeilingWatts > 0 && description.Range is null or > 0);
            var reading = meter.Read(1_000_000_000);
            // A stand-in without times of its own has the running kernel's, which go on.
            if (description.Note?.StartsWith("/proc/", StringComparison.Ordinal) != true && description.Note?.StartsWith("/sys/", StringComparison.Ordinal) != true)
                said.Append('|').Append(description.Id).Append(description.Role).Append(reading);
            honest += Honest(description, reading);
        }

        foreach (var basis in found.Bases)
        {
            said.Append('|').Append(basis.Component).Append(basis.Quality);
            if (basis.Component is Tonne.Hardware.Component.Cpu or Tonne.Hardware.Component.Memory && basis.Quality == Quality.Measured)
                Assert.NotEmpty(basis.Meters);
            Assert.All(basis.Meters, id => Assert.Contains(id, ids));
        }

        // The bundle of a broken machine can be made too.
        if (distorted.Length % 16 == 0)
            said.Append(SupportBundle.Write(tree, "host", new MemoryStream()).Count);
        // The check itself must have had something to check.
        if (found.EnergyMeters.Count > 3)
            Assert.True(honest > 0, said.ToString());
        return said.Append(rapl.Meters.Count).ToString().Replace(disk.Root, "", StringComparison.Ordinal);
    }

    /// <summary>A meter that reads one file, or a voltage and a current, says what it holds, or nothing; a power may be rounded to mW.</summary>
    static int Honest(MeterDescription description, Reading reading)
    {
        if (description.Note is not { } note || description.Kind is not (MeterKind.EnergyCounter or MeterKind.Power) || description.Id == "battery:discharge")
            return 0;
        var path = note[..Math.Max(0, note.IndexOf(": ", StringComparison.Ordinal))];
        path = path.Contains(',', StringComparison.Ordinal) ? path[..path.IndexOf(',', StringComparison.Ordinal)] : path;
        string? current = null;
        if (path.IndexOf(" × ", StringComparison.Ordinal) is > 0 and var times)
            (current, path) = (Path.Join(Path.GetDirectoryName(path[..times]), path[(times + 3)..]), path[..times]);
        if (!File.Exists(path))
            return 0;
        var value = Whole(Encoding.Latin1.GetString(File.ReadAllBytes(path)));
        if (current is not null)
            value *= Whole(Encoding.Latin1.GetString(File.ReadAllBytes(current)));
        if (reading.IsGap)
            return 1;
        Assert.NotNull(value);
        Assert.Equal(description.Kind == MeterKind.Power ? (value + 500) / 1000 : value, reading.Value);
        return 1;
    }

    static bool IsWhole(string text) => text.Length > 0 && text.All(char.IsAsciiDigit) && BigInteger.Parse(text, CultureInfo.InvariantCulture) <= long.MaxValue;

    /// <summary>The one whole number a text is, white space aside; null if it is not one.</summary>
    static long? Whole(string text)
    {
        var bare = text.TrimStart(' ', '\t', '\r', '\n').TrimEnd(' ', '\t', '\r', '\n', '\0');
        return IsWhole(bare) ? long.Parse(bare, CultureInfo.InvariantCulture) : null;
    }
}
