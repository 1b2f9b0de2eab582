using System.Globalization;
using Tonne.Instruments.Machines;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Reads how Windows identifies a processor: <c>Intel64 Family 6 Model 165 Stepping 2</c>, and on Arm <c>ARMv8 (64-bit) Family 8
/// Model D4B Revision 0</c>.</summary>
static class WindowsProcessor
{
    /// <summary>Reads the texts of the registry below <c>HKLM\HARDWARE\DESCRIPTION\System\CentralProcessor\0</c>.</summary>
    /// <param name="name"><c>ProcessorNameString</c>; null if there is none.</param>
    /// <param name="vendor"><c>VendorIdentifier</c>; null if there is none.</param>
    /// <param name="identifier"><c>Identifier</c>, or the start of <c>PROCESSOR_IDENTIFIER</c>; null if there is none.</param>
    /// <param name="threads">Hardware threads.</param>
    /// <param name="sockets">Packages; null if unknown.</param>
    /// <param name="cores">Cores; null if unknown.</param>
    public static CpuInfo Parse(string? name, string? vendor, string? identifier, int threads, int? sockets, int? cores)
    {
        var words = (identifier ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        // On Arm the model is the part in hexadecimal digits, and the family is the architecture's version.
        var isArm = words is [['A', 'R', 'M', ..], ..];
        return new CpuInfo(
            string.IsNullOrWhiteSpace(name) ? null : name.Trim(),
            string.IsNullOrWhiteSpace(vendor) ? null : vendor.Trim(),
            isArm ? null : Find("Family", NumberStyles.None),
            isArm ? null : Find("Model", NumberStyles.None),
            isArm ? null : Find("Stepping", NumberStyles.None),
            // The implementer is not reported.
            Implementer: null,
            Part: null,
            // A machine that itself runs Hyper-V has the processor's flag too, so it does not say that this is a virtual machine.
            Hypervisor: false,
            threads,
            sockets,
            cores is > 0 && threads % cores == 0 ? threads / cores : null);

        int? Find(string key, NumberStyles style)
        {
            var at = Array.IndexOf(words, key);
            return at >= 0 && at + 1 < words.Length && int.TryParse(words[at + 1], style, CultureInfo.InvariantCulture, out var number)
                ? number : null;
        }
    }
}
