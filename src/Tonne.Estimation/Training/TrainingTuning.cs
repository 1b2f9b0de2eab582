namespace Tonne.Estimation.Training;

/// <summary>Whether a training starts from nothing or tunes a model that is already trained.</summary>
public enum TrainingTuning
{
    /// <summary>Not tuning: a training from the start, or a continued one at its scale.</summary>
    None,

    /// <summary>Fine-tuning of all parameters: 6 operations for each parameter and token, at the utilisation of small jobs.</summary>
    Full,

    /// <summary>
    /// Low-rank adapters (LoRA): the weights are frozen, so that the backward pass computes no gradients of them: 4 operations for each
    /// parameter and token, and those of the adapters.
    /// </summary>
    Lora,
}
