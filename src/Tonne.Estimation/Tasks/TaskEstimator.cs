using System.Globalization;
using Tonne.Accounting;
using Tonne.Estimation.LifeCycles;
using Tonne.Estimation.Serving;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Tasks;

/// <summary>
/// Estimates the energy and emissions of one output of a measured task at a place. The measured energy is extended from its own boundary
/// to the plug and the facility, and embodied emissions are added.
/// </summary>
public static class TaskEstimator
{
    /// <summary>Estimates a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="factors">The factors of the place.</param>
    public static TaskEstimate Estimate(MeasuredTask task, AccountingFactors factors)
    {
        var joules = new Derivation.Product("as measured", "J", [new Derivation.FactorNode(task.Energy)], RequestFigures.JoulesPerWattHour);
        var rest = new Derivation.FactorNode(task.GpuOnly ? OtherPower.FractionOverGpus() : OtherPower.Fraction(MachineKind.GpuServer));
        var it = new Derivation.Product("at the plug", "J", [joules, new Derivation.Sum("energy of the machine over the measured energy",
            "1", [new Derivation.Count("measured energy", "1", 1), rest])]);
        var gpus = new Derivation.Count("accelerators", "1", 1);
        var time = new Derivation.Quotient("time per output", "s", joules, new Derivation.Product("power while serving", "W",
            [gpus, new Derivation.FactorNode(task.Accelerator.InferencePower ?? task.Accelerator.TrainingPower)]));
        var embodied = AcceleratorEmbodiedAllocation.DeriveEmbodied(task.Accelerator, new Derivation.Product("accelerator × time", "h", [time], 1 / 3600d), factors);
        var boundary = new Boundary(BoundaryExtent.It, ["gpu", "host"], AllocationPolicy.Machine);
        var phase = new Accountant().Account(new PhaseUse("inference", boundary, new Derivation.Product("energy per output at the plug",
            "kWh", [it], 1 / Energy.JoulesPerKilowattHour), embodied), factors);
        List<Assumption> said =
        [
            $"Measured on {task.Accelerator.Name} and not scaled to other hardware: {task.Energy.Note}.",
            task.GpuOnly
                ? Text($"Measured on the accelerator alone; the other parts of the machine are {rest.Value:0.##} of it.")
                : Text($"Processor and memory are measured or modelled by the study; fans, board and supplies are {rest.Value:0.##} of it."),
            "Energy of machines that wait for requests is not included; it is unknown, not zero.",
            string.Create(CultureInfo.InvariantCulture,
                $"Embodied emissions: spread over {factors.Lifetime.Bounds.Best:0.#} years, for as long as the accelerator serves at "
                + $"{time.Denominator.Value:0} W."),
            new Assumption(AssumptionTopic.Place, $"PUE: {factors.PueHow}."),
            .. factors.Warnings.Select(warning => Assumption.FromText(warning.Text)),
        ];
        var measured = new Derivation.FactorNode(task.Energy);
        return new TaskEstimate(
            task,
            new Figure("measured_energy_wh_per_request", new Boundary(BoundaryExtent.Gpu, task.GpuOnly ? ["gpu"] : ["gpu", "cpu", "memory"], AllocationPolicy.Machine), task.Energy.Bounds, Quality.Modelled, 0, measured),
            RequestFigures.MultiplyByThousand("it_energy_wh_per_request", phase.Energy, "Wh"),
            RequestFigures.MultiplyByThousand("facility_energy_wh_per_request", phase.FacilityEnergy, "Wh"),
            RequestFigures.MultiplyByThousand("operational_g_per_request", phase.Operational, "g CO2e"),
            RequestFigures.MultiplyByThousand("embodied_g_per_request", phase.Embodied!, "g CO2e"),
            RequestFigures.MultiplyByThousand("emissions_g_per_request", phase.Total, "g CO2e"),
            factors,
            [.. said]);
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
