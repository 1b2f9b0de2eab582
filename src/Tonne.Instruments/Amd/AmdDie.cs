using Tonne.Instruments.Files;
using Tonne.Instruments.GpuDevices;

namespace Tonne.Instruments.Amd;

/// <summary>One AMD graphics device: a card, or one of the dies of a card that appears as several devices.</summary>
/// <param name="Card">The device.</param>
/// <param name="UniqueId">The number fixed in the chip at manufacture, 16 hexadecimal digits; null if not reported.</param>
/// <param name="Serial">Serial number of the board; null if not reported.</param>
/// <param name="Name">Name as its maker gives it; null if unknown.</param>
/// <param name="Integrated">Whether it shares its package with the processor, so that its power is the processor's too.</param>
sealed record AmdDie(GpuDevice Card, string? UniqueId, string? Serial, string? Name, bool Integrated)
{
    const int Vendor = 0x1002;

    /// <summary>A processor and a GPU in one package, without the voltage by which others are recognised.</summary>
    const int Mi300A = 0x74a0;

    /// <summary>Names by product and revision, as libdrm installs them.</summary>
    internal const string ProductNameFile = "usr/share/libdrm/amdgpu.ids";

    /// <summary>Lists all AMD devices, in the order of their PCI addresses.</summary>
    internal static List<AmdDie> FindAll(FileTree tree)
    {
        var dies = new List<AmdDie>();
        string? names = null;
        foreach (var card in GpuDevice.FindAll(tree, Vendor))
        {
            var name = tree.ReadLine($"{card.Folder}/product_name");
            if (name is null && card is { Product: { } product, Revision: { } revision })
                name = FindProductName(names ??= tree.ReadText(ProductNameFile) ?? "", product, revision);
            dies.Add(new AmdDie(card, tree.ReadLine($"{card.Folder}/unique_id"), tree.ReadLine($"{card.Folder}/serial_number"), name, card.Product == Mi300A || HasNorthbridge(tree, card)));
        }

        return dies;
    }

    /// <summary>Whether one board carries two of these, of which the first reports the energy of both: MI250 and MI250X.</summary>
    internal bool IsHalfOfBoard => Card.Product is 0x7408 or 0x740c;

    /// <summary>Devices as which the runtime sees it: the compute partitions of an MI300 (drivers/gpu/drm/amd/amdgpu/amdgpu_gfx.c).</summary>
    /// <remarks>Partitions are no devices on the bus: they have one place, one sensor and one counter together, so energy is counted once.</remarks>
    internal int CountPartitions(FileTree tree) => tree.ReadLine($"{Card.Folder}/current_compute_partition") switch
    {
        "DPX" => 2,
        "TPX" => 3,
        "QPX" => 4,
        "CPX" => Card.Product == Mi300A ? 6 : 8,
        _ => 1,
    };

    /// <summary>Only a processor with graphics has the voltage of a northbridge (drivers/gpu/drm/amd/pm/amdgpu_pm.c).</summary>
    static bool HasNorthbridge(FileTree tree, GpuDevice card) => card.SensorFolder is { } sensors && tree.ReadLine($"{sensors}/in1_label") == "vddnb";

    /// <summary>A line of the table: <c>744C,	C8,	AMD Radeon RX 7900 XTX</c>.</summary>
    static string? FindProductName(string table, int product, int revision)
    {
        foreach (var line in new LineEnumerator(table))
        {
            var first = line.IndexOf(',');
            var second = first < 0 ? -1 : line[(first + 1)..].IndexOf(',');
            if (second < 0)
                continue;
            if (!IsHex(line[..first], product) || !IsHex(line.Slice(first + 1, second), revision))
                continue;
            // "AMD Instinct MI250X / MI250": two boards of one number; the first, since catalogs know boards one by one.
            var name = line[(first + second + 2)..];
            var slash = name.IndexOf('/');
            name = (slash < 0 ? name : name[..slash]).Trim();
            if (!name.IsEmpty)
                return name.ToString();
        }

        return null;

        static bool IsHex(ReadOnlySpan<char> text, int number) =>
            int.TryParse(text.Trim(), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var value) && value == number;
    }
}
