using Tonne.Instruments.Nvidia;

namespace Tonne.Instruments.PowerLimits;

/// <summary>The power limit of an NVIDIA GPU, set through NVML as <c>nvidia-smi -pl</c> does.</summary>
sealed class GpuPowerLimit : PowerLimitDevice
{
    readonly Nvml _nvml;
    readonly nint _handle;

    internal GpuPowerLimit(Nvml nvml, nint handle, GpuIdentity identity)
    {
        (_nvml, _handle, Name) = (nvml, handle, identity.DisplayName);
        Id = "nvml:" + (identity.Uuid ?? identity.PciBus ?? identity.Device);
        if (nvml.ReadPowerLimitRange(handle, out var min, out var max) == NvmlReturn.Success)
            (MinMicrowatts, MaxMicrowatts) = (min * 1_000L, max * 1_000L);
        if (nvml.ReadDefaultPowerLimit(handle, out var byDefault) == NvmlReturn.Success)
            DefaultMicrowatts = byDefault * 1_000L;
    }

    public override string Id { get; }

    public override string Name { get; }

    public override long? MinMicrowatts { get; }

    public override long? MaxMicrowatts { get; }

    public override long? DefaultMicrowatts { get; }

    public override long Read() => _nvml.ReadSetPowerLimit(_handle, out var milliwatts) is var code && code == NvmlReturn.Success
        ? milliwatts * 1_000L
        : throw new PowerLimitException($"{Name}: its power limit cannot be read: {NvmlReturn.Describe(code)}.");

    public override long? ReadEnforced() => _nvml.ReadPowerLimit(_handle, out var milliwatts) == NvmlReturn.Success ? milliwatts * 1_000L
        : null;

    protected override void Write(long microwatts)
    {
        var code = _nvml.SetPowerLimit(_handle, (uint)((microwatts + 500) / 1_000));
        if (code != NvmlReturn.Success)
            throw new PowerLimitException($"{Name}: a power limit of {Format(microwatts)} is refused: {Explain(code)}");
    }

    string Explain(int code) => code switch
    {
        NvmlReturn.NoPermission =>
            "permission denied. As for nvidia-smi -pl, it takes root, and in a container the rights of the host: sudo tonne bench "
            + "--power-limit …",
        NvmlReturn.NotSupported => "this card or driver takes no power limit (many laptops and virtual GPUs do not).",
        NvmlReturn.InvalidArgument when (MinMicrowatts, MaxMicrowatts) is ({ } min, { } max) =>
            $"the card takes {Format(min)} to {Format(max)}.",
        _ => NvmlReturn.Describe(code) + ".",
    };
}
