using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>A slice of an accelerator that is divided among jobs: one instance of a multi-instance GPU (MIG).</summary>
/// <remarks>
/// Energy and power of a slice are measured by nothing, so its power is its part of the board's, as in the attribution of a run: active
/// power by compute slices, and idle power by the slices that are in use.
/// <code>
/// best = c · P                                      all slices of the board are in use
/// low  = 0.8 · c · P_low
/// high = (1 − c) · idle_high + 1.3 · c · P_high     no other slice is in use; at most P_high
/// </code>
/// c: compute slices ÷ those of the board; P: power of the board in the same work. 0.8 and 1.3 are assumed (<c>gpu/mig-power-share</c>).
/// Rates are c times, and bandwidth memory slices ÷ those of the board times, the data sheet's.
/// </remarks>
/// <param name="Board">The whole accelerator.</param>
/// <param name="Profile">Name of the profile, such as <c>1g.10gb</c>, or <c>1c.3g.40gb</c> for a part of its compute slices.</param>
/// <param name="ComputeShare">Compute slices ÷ those of the board, above 0, at most 1.</param>
/// <param name="MemoryShare">Memory slices ÷ those of the board, which is its share of the bandwidth too; above 0, at most 1.</param>
/// <param name="Source">Source of the profile.</param>
public sealed record AcceleratorSlice(Accelerator Board, string Profile, double ComputeShare, double MemoryShare, Source Source)
{
    internal static Bounds PowerShare => MachineFactors.Table["gpu/mig-power-share"].Bounds;

    internal static double RateSpread => MachineFactors.Table["gpu/mig-rate-share"].Bounds.High;

    /// <summary>The slice as an accelerator of its own.</summary>
    /// <param name="memoryGigabytes">Memory of the slice, GB.</param>
    internal Accelerator CreateAccelerator(double memoryGigabytes) => Board with
    {
        Name = $"{Board.Name} MIG {Profile}",
        MemoryGigabytes = memoryGigabytes,
        Tdp = TakeShare(Board.Tdp),
        IdlePower = TakeShare(Board.IdlePower),
        IdlePowerWithContext = TakeShare(Board.IdlePowerWithContext),
        InferencePower = Board.InferencePower is { } inference ? TakeShare(inference) : null,
        TrainingPower = TakeShare(Board.TrainingPower),
        Slice = this,
    };

    Factor TakeShare(Factor power)
    {
        var (share, bounds) = (PowerShare, power.Bounds);
        var alone = ((1 - ComputeShare) * Board.IdlePower.Bounds.High) + (share.High * ComputeShare * bounds.High);
        var best = share.Best * ComputeShare * bounds.Best;
        return power with
        {
            Id = $"{power.Id}/mig/{Profile}",
            Label = $"{power.Label}, share of MIG {Profile}",
            Bounds = new Bounds(share.Low * ComputeShare * bounds.Low, best, Math.Max(best, Math.Min(alone, bounds.High))),
            Quality = Quality.Assumed,
            Note = (power.Note is { } note ? note + "; " : "")
                + "by compute slices; from all slices of the board in use (best) to none but this one (high)",
        };
    }
}
