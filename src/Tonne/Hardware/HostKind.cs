using System.Text.Json.Serialization;
using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>What kind of machine a run was on.</summary>
[JsonConverter(typeof(WordJsonConverter<HostKind>))]
public enum HostKind
{
    /// <summary>The machine does not report it.</summary>
    Unknown,

    /// <summary>A server.</summary>
    Server,

    /// <summary>A virtual machine.</summary>
    Vm,

    /// <summary>A laptop.</summary>
    Laptop,

    /// <summary>A desktop or workstation.</summary>
    Desktop,

    /// <summary>A single-board computer.</summary>
    Board,
}
