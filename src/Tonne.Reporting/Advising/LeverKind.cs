namespace Tonne.Reporting.Advising;

/// <summary>A way to reduce the emissions of work.</summary>
public enum LeverKind
{
    /// <summary>Start at a cleaner hour, without a pause.</summary>
    Hour,

    /// <summary>Run in cleaner hours, with pauses.</summary>
    Pauses,

    /// <summary>Run in a cleaner grid zone or cloud region.</summary>
    Place,

    /// <summary>Run in a facility with a lower PUE.</summary>
    Facility,

    /// <summary>Stop a training before the epochs that gained nothing.</summary>
    StoppingEarlier,

    /// <summary>Use another accelerator.</summary>
    Hardware,

    /// <summary>Store and compute with fewer bits: lower precision, or a quantized model.</summary>
    Precision,

    /// <summary>Serve more requests together.</summary>
    Batch,

    /// <summary>Let other work use what is idle.</summary>
    MachineShare,

    /// <summary>Train on fewer rows.</summary>
    Rows,

    /// <summary>Read the beginning that prompts have in common from a cache.</summary>
    Cache,

    /// <summary>Serve a smaller model: pruned or distilled.</summary>
    SmallerModel,

    /// <summary>Reserve only what the job uses of the machine.</summary>
    Reservation,
}
