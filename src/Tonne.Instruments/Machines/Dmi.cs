using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;

namespace Tonne.Instruments.Machines;

/// <summary>What the firmware says of the machine (DMI, also called SMBIOS). Serial numbers are never read.</summary>
/// <param name="Vendor">Who made the machine, or whose virtual machine it is.</param>
/// <param name="Product">Product name.</param>
/// <param name="Chassis">Chassis type by number (SMBIOS, System Enclosure or Chassis Types); null if not said.</param>
/// <param name="Bios">Vendor of the firmware.</param>
/// <param name="AssetTag">The asset tag, which some clouds use to name themselves.</param>
public sealed record Dmi(string? Vendor, string? Product, int? Chassis, string? Bios, string? AssetTag)
{
    /// <summary>The asset tag that Microsoft gives every machine of Azure.</summary>
    public const string AzureTag = "7783-7084-3265-9085-8269-3286-77";

    static readonly string[] Folders = ["sys/class/dmi/id", "sys/devices/virtual/dmi/id"];

    /// <summary>Names in vendor, product or firmware that only virtual machines have.</summary>
    static readonly string[] VirtualNames =
    [
        "QEMU", "KVM", "VMware", "VirtualBox", "innotek", "Xen", "Bochs", "Parallels", "BHYVE", "Amazon EC2", "Google Compute Engine", "OpenStack", "Alibaba Cloud", "Tencent Cloud",
        "DigitalOcean", "Hetzner", "UpCloud", "Scaleway", "OVHcloud", "Nutanix AHV", "RHEV", "oVirt", "Apple Virtualization", "Firecracker", "Virtual Machine", "HVM domU",
    ];

    /// <summary>Reads what there is.</summary>
    public static Dmi Read(FileTree tree)
    {
        foreach (var folder in Folders)
        {
            if (!tree.Exists(folder))
                continue;
            var chassis = tree.ReadLine($"{folder}/chassis_type");
            return new Dmi(
                tree.ReadLine($"{folder}/sys_vendor"),
                tree.ReadLine($"{folder}/product_name"),
                int.TryParse(chassis, NumberStyles.None, CultureInfo.InvariantCulture, out var type) ? type & 0x7f : null,
                tree.ReadLine($"{folder}/bios_vendor"),
                tree.ReadLine($"{folder}/chassis_asset_tag"));
        }

        return new Dmi(null, null, null, null, null);
    }

    /// <summary>Whether the firmware is that of a virtual machine. A cloud's bare-metal types say <c>metal</c> and are not.</summary>
    public bool IsVirtual =>
        Product?.Contains("metal", StringComparison.OrdinalIgnoreCase) != true && Array.Exists(VirtualNames, name => Has(Vendor, name) || Has(Product, name) || Has(Bios, name));

    /// <summary>The kind of machine that the chassis reports; null if it reports none.</summary>
    /// <remarks>Types by number from the System Management BIOS reference specification (DMTF DSP0134), table of chassis types.</remarks>
    public HostKind? ChassisKind => Chassis switch
    {
        // portable, laptop, notebook, hand held, sub notebook, tablet, convertible, detachable
        8 or 9 or 10 or 11 or 14 or 30 or 31 or 32 => HostKind.Laptop,
        // desktop, low profile desktop, pizza box, mini tower, tower, all in one, space-saving, lunch box, sealed-case PC, mini PC, stick PC
        3 or 4 or 5 or 6 or 7 or 13 or 15 or 16 or 24 or 35 or 36 => HostKind.Desktop,
        // main server chassis, rack mount, multi-system, blade, blade enclosure
        17 or 23 or 25 or 28 or 29 => HostKind.Server,
        _ => null,
    };

    /// <summary>The cloud whose instance this is: <c>aws</c>, <c>gcp</c>, <c>azure</c>; null if it names none.</summary>
    public string? Cloud
    {
        get
        {
            if (Has(Vendor, "Amazon EC2") || Has(Bios, "Amazon EC2") || (Has(Vendor, "Xen") && Has(Product, "amazon")))
                return "aws";
            if (Has(Product, "Google Compute Engine") || (Has(Vendor, "Google") && Has(Bios, "Google")))
                return "gcp";
            // Hyper-V elsewhere has another tag.
            return Has(Vendor, "Microsoft Corporation") && AssetTag == AzureTag ? "azure" : null;
        }
    }

    static bool Has(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;
}
