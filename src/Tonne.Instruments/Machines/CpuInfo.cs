using System.Globalization;
using Tonne.Instruments.Files;

namespace Tonne.Instruments.Machines;

/// <summary>Identification of a processor from <c>/proc/cpuinfo</c>, on x86 and on Arm. Missing values are null.</summary>
/// <param name="Name">Model name; on Arm usually absent.</param>
/// <param name="VendorId">x86: <c>GenuineIntel</c>, <c>AuthenticAMD</c>.</param>
/// <param name="Family">x86 family.</param>
/// <param name="Model">x86 model.</param>
/// <param name="Stepping">x86 stepping.</param>
/// <param name="Implementer">Arm implementer, such as 0x41.</param>
/// <param name="Part">Arm part, such as 0xD0C; where there are several kinds of core, the most frequent.</param>
/// <param name="Hypervisor">Whether the processor says that a hypervisor is below.</param>
/// <param name="Threads">Hardware threads listed.</param>
/// <param name="Sockets">Distinct packages listed; null if none are named.</param>
/// <param name="ThreadsPerCore">Hardware threads per core; null if not said.</param>
public sealed record CpuInfo(
    string? Name,
    string? VendorId,
    int? Family,
    int? Model,
    int? Stepping,
    int? Implementer,
    int? Part,
    bool Hypervisor,
    int Threads,
    int? Sockets,
    int? ThreadsPerCore)
{
    /// <summary>Reads the text; never fails: what is not there stays null, and threads 0.</summary>
    public static CpuInfo Parse(string text)
    {
        string? name = null, vendor = null, hardware = null;
        int? family = null, model = null, stepping = null, implementer = null, siblings = null, cores = null;
        // Plain lists of a few numbers: hash tables of int would have to be compiled at every start.
        var packages = new List<int>();
        var parts = new List<int>();
        var threads = 0;
        var hypervisor = false;
        foreach (var line in new LineEnumerator(text))
        {
            var colon = line.IndexOf(':');
            if (colon < 0)
                continue;
            var value = line[(colon + 1)..].Trim();
            switch (line[..colon].Trim())
            {
                // "Processor : ARMv7 …" of old Arm kernels is a name; the numbered lines are the threads.
                case "processor" when Number(value) is not null:
                    threads++;
                    break;
                // s390: "processor 0: version = FF, …"
                case ['p', 'r', 'o', 'c', 'e', 's', 's', 'o', 'r', ' ', .. var number] when Number(number) is not null:
                    threads++;
                    break;
                case "model name" or "cpu model" or "cpu" or "uarch":
                    name ??= Text(value);
                    break;
                case "Hardware" or "Model" or "machine":
                    hardware ??= Text(value);
                    break;
                case "vendor_id":
                    vendor ??= Text(value);
                    break;
                case "cpu family":
                    family ??= Number(value);
                    break;
                case "model":
                    model ??= Number(value);
                    break;
                case "stepping":
                    stepping ??= Number(value);
                    break;
                case "physical id":
                    if (Number(value) is { } package && !packages.Contains(package))
                        packages.Add(package);
                    break;
                case "siblings":
                    siblings ??= Number(value);
                    break;
                case "cpu cores":
                    cores ??= Number(value);
                    break;
                case "CPU implementer":
                    implementer ??= Number(value);
                    break;
                case "CPU part":
                    if (Number(value) is { } part)
                        parts.Add(part);
                    break;
                case "flags":
                    hypervisor |= HasWord(value, "hypervisor");
                    break;
                default:
                    break;
            }
        }

        int? perCore = siblings is > 0 && cores is > 0 && siblings % cores == 0 ? siblings / cores : null;
        return new CpuInfo(name ?? hardware, vendor, family, model, stepping, implementer, MostFrequent(parts), hypervisor, threads, packages.Count == 0 ? null : packages.Count, perCore);
    }

    static string? Text(ReadOnlySpan<char> value) => value.IsEmpty ? null : value.ToString();

    static int? Number(ReadOnlySpan<char> value)
    {
        if (value.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return int.TryParse(value[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) && hex >= 0 ? hex : null;
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The most frequent number, the larger of two alike; null if there is none.</summary>
    static int? MostFrequent(List<int> numbers)
    {
        numbers.Sort();
        int? most = null;
        var longest = 0;
        for (var (i, run) = (0, 0); i < numbers.Count; i++)
        {
            run = i > 0 && numbers[i] == numbers[i - 1] ? run + 1 : 1;
            if (run >= longest)
                (most, longest) = (numbers[i], run);
        }

        return most;
    }

    static bool HasWord(ReadOnlySpan<char> words, string word)
    {
        for (var at = words.IndexOf(word); at >= 0;)
        {
            var end = at + word.Length;
            if ((at == 0 || words[at - 1] == ' ') && (end == words.Length || words[end] == ' '))
                return true;
            var next = words[end..].IndexOf(word);
            at = next < 0 ? -1 : end + next;
        }

        return false;
    }
}
