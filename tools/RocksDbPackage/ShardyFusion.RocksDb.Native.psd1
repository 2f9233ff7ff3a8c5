@{
    # Files only: the module ShardyFusion of the same version finds them here.
    ModuleVersion        = '0.0.0'
    GUID                 = 'c1f6c0f0-3c59-4a55-9a3c-0a0b0a0e6d1b'
    Author               = 'The ShardyFusion authors'
    CompanyName          = 'ShardyFusion'
    Copyright            = 'Copyright (c) The ShardyFusion authors'
    Description          = 'RocksDB''s native library for ShardyFusion: rows from RocksDB databases, and snapshots into them.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = 'Core'
    FunctionsToExport    = @()
    CmdletsToExport      = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            LicenseUri = 'https://www.apache.org/licenses/LICENSE-2.0'
            Tags       = 'RocksDB', 'snapshot', 'key-value', 'PSEdition_Core'
        }
    }
}
