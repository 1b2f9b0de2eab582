using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Tasks;

/// <summary>A task whose energy was measured: an image, a video, a small prediction.</summary>
/// <param name="Task">What is done, for example <c>image-generation</c>.</param>
/// <param name="Model">The model; empty for the mean of a study's models.</param>
/// <param name="Unit">What one answer is: request, image or video.</param>
/// <param name="Accelerator">What it was measured on.</param>
/// <param name="GpuOnly">Whether the accelerator alone was measured; else with processor and memory.</param>
/// <param name="Energy">Wh of an answer within that boundary, with its bounds and source.</param>
public sealed record MeasuredTask(string Task, string Model, string Unit, Accelerator Accelerator, bool GpuOnly, Factor Energy)
{
    /// <summary>Task and model as one name.</summary>
    public string Name => Model.Length == 0 ? Task : $"{Task}, {Model}";
}
