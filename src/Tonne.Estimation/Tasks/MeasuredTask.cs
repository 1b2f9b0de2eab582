using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Tasks;

/// <summary>A task whose energy was measured: an image, a video, a small prediction.</summary>
/// <param name="Task">Name of the task, for example <c>image-generation</c>.</param>
/// <param name="Model">The model; empty for the mean of a study's models.</param>
/// <param name="Unit">Unit of output: request, image or video.</param>
/// <param name="Accelerator">Accelerator of the measurement.</param>
/// <param name="GpuOnly">Whether the accelerator alone was measured; else with processor and memory.</param>
/// <param name="Energy">Energy per unit of output within that boundary, Wh, with bounds and source.</param>
public sealed record MeasuredTask(string Task, string Model, string Unit, Accelerator Accelerator, bool GpuOnly, Factor Energy)
{
    /// <summary>Task and model as one name.</summary>
    public string Name => Model.Length == 0 ? Task : $"{Task}, {Model}";
}
